using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>Names of a Llama's tensors in Hugging Face's layout; all matrices are stored as (outputs, inputs) already.</summary>
internal static class LlamaTensors
{
    public static Dictionary<DecoderTensorKey, TensorValue> Read(StoredTensors stored, ModelConfiguration configuration)
    {
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(configuration))
        {
            string name = NameOf(key);
            if (configuration.HasTiedHead && key.Role is (OperatorRole.Embedding or OperatorRole.LmHead) && !stored.Contains(name))
                continue;
            tensors.Add(key, stored.Take(name, [.. shape]));
        }

        stored.RefuseTheRest(name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
        return tensors;
    }

    private static string NameOf(DecoderTensorKey key)
    {
        string kind = key.IsBias ? "bias" : "weight";
        string layer = $"model.layers.{key.Layer}";
        return key.Role switch
        {
            OperatorRole.Embedding => $"model.embed_tokens.{kind}",
            OperatorRole.AttentionNorm => $"{layer}.input_layernorm.{kind}",
            OperatorRole.QueryProjection => $"{layer}.self_attn.q_proj.{kind}",
            OperatorRole.KeyProjection => $"{layer}.self_attn.k_proj.{kind}",
            OperatorRole.ValueProjection => $"{layer}.self_attn.v_proj.{kind}",
            OperatorRole.OutputProjection => $"{layer}.self_attn.o_proj.{kind}",
            OperatorRole.MlpNorm => $"{layer}.post_attention_layernorm.{kind}",
            OperatorRole.GateProjection => $"{layer}.mlp.gate_proj.{kind}",
            OperatorRole.UpProjection => $"{layer}.mlp.up_proj.{kind}",
            OperatorRole.DownProjection => $"{layer}.mlp.down_proj.{kind}",
            OperatorRole.FinalNorm => $"model.norm.{kind}",
            OperatorRole.LmHead => $"lm_head.{kind}",
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "not a tensor of a Llama"),
        };
    }
}
