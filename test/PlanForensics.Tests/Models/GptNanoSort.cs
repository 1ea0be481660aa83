using System.Text.Json;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Models;

/// <summary>Reads the minGPT model of ../shared/models/gpt-nano-sort: JSON with base64 fp32 tensors, nn.Linear as (outputs, inputs), untied head.</summary>
internal static class GptNanoSort
{
    public static DecoderModel Load() => Load(SharedData.PathOf("models", "gpt-nano-sort", "gpt-nano-sort-model.json"));

    public static DecoderModel Load(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        JsonElement config = root.GetProperty("config");
        int hidden = config.GetProperty("n_embd").GetInt32();
        int heads = config.GetProperty("n_head").GetInt32();
        ModelConfiguration configuration = new()
        {
            Architecture = "minGPT",
            LayerCount = config.GetProperty("n_layer").GetInt32(),
            HiddenSize = hidden,
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadDimension = hidden / heads,
            FeedForwardSize = 4 * hidden,
            VocabularySize = config.GetProperty("vocab_size").GetInt32(),
            ContextLength = config.GetProperty("block_size").GetInt32(),
            Norm = NormKind.Layer,
            NormEpsilon = 1e-5,
            Activation = ActivationKind.GeluTanh,
            Position = PositionKind.Learned,
            HasTiedHead = false,
            HasAttentionBias = true,
            HasMlpBias = true,
        };
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(configuration))
            tensors.Add(key, Read(root, key, [.. shape]));
        return new DecoderModel(configuration, tensors);
    }

    private static TensorValue Read(JsonElement root, DecoderTensorKey key, int[] shape)
    {
        string layer = $"transformer.h.{key.Layer}";
        (string name, int part) = key.Role switch
        {
            OperatorRole.Embedding => ("transformer.wte", 0),
            OperatorRole.PositionAdd => ("transformer.wpe", 0),
            OperatorRole.AttentionNorm => ($"{layer}.ln_1", 0),
            OperatorRole.QueryProjection => ($"{layer}.attn.c_attn", 0),
            OperatorRole.KeyProjection => ($"{layer}.attn.c_attn", 1),
            OperatorRole.ValueProjection => ($"{layer}.attn.c_attn", 2),
            OperatorRole.OutputProjection => ($"{layer}.attn.c_proj", 0),
            OperatorRole.MlpNorm => ($"{layer}.ln_2", 0),
            OperatorRole.UpProjection => ($"{layer}.mlp.c_fc", 0),
            OperatorRole.DownProjection => ($"{layer}.mlp.c_proj", 0),
            OperatorRole.FinalNorm => ("transformer.ln_f", 0),
            _ => ("lm_head", 0),
        };
        byte[] bytes = root.GetProperty($"{name}.{(key.IsBias ? "bias" : "weight")}").GetProperty("data").GetBytesFromBase64();
        int length = shape.Aggregate(sizeof(float), (a, b) => a * b);
        return TensorValue.FromBytes(NumericFormat.Fp32, bytes.AsMemory(part * length, length), shape);
    }
}
