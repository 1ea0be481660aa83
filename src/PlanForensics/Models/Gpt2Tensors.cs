using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Models;

/// <summary>Names and layouts of a GPT-2's tensors in Hugging Face's files, with and without the <c>transformer.</c> prefix.</summary>
/// <remarks>
/// The matrices of a layer are <c>Conv1D</c>: stored as (inputs, outputs). They are transposed once, and the fused <c>c_attn</c> is cut into
/// its query, key and value rows; bits are moved, never computed.
/// </remarks>
internal static class Gpt2Tensors
{
    public static Dictionary<DecoderTensorKey, TensorValue> Read(StoredTensors stored, ModelConfiguration configuration)
    {
        string prefix = stored.Contains("transformer.wte.weight") ? "transformer." : "";
        Dictionary<DecoderTensorKey, TensorValue> tensors = [];
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(configuration))
        {
            string name = NameOf(key, prefix);
            bool isSharable = key.Role is OperatorRole.Embedding or OperatorRole.LmHead;
            if (configuration.HasTiedHead && isSharable && !stored.Contains(name))
                continue;
            tensors.Add(key, Normalised(stored, name, key, shape));
        }

        stored.RefuseTheRest(name => name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal));
        return tensors;
    }

    private static TensorValue Normalised(StoredTensors stored, string name, DecoderTensorKey key, IReadOnlyList<int> shape)
    {
        int part = key.Role switch
        {
            OperatorRole.QueryProjection => 0,
            OperatorRole.KeyProjection => 1,
            OperatorRole.ValueProjection => 2,
            _ => -1,
        };
        int width = shape[0];
        int storedWidth = part < 0 ? width : checked(3 * width);
        if (key.IsBias && part >= 0)
            return MatrixLayout.Columns(stored.Take(name, storedWidth), part * width, width);
        if (IsConv1D(key))
            return MatrixLayout.TransposedColumns(stored.Take(name, shape[1], storedWidth), Math.Max(part, 0) * width, width);
        return stored.Take(name, [.. shape]);
    }

    private static bool IsConv1D(DecoderTensorKey key) => !key.IsBias && key.Role is (OperatorRole.QueryProjection or OperatorRole.KeyProjection
        or OperatorRole.ValueProjection or OperatorRole.OutputProjection or OperatorRole.UpProjection or OperatorRole.DownProjection);

    private static string NameOf(DecoderTensorKey key, string prefix)
    {
        string kind = key.IsBias ? "bias" : "weight";
        string layer = $"{prefix}h.{key.Layer}";
        return key.Role switch
        {
            OperatorRole.Embedding => $"{prefix}wte.{kind}",
            OperatorRole.PositionAdd => $"{prefix}wpe.{kind}",
            OperatorRole.AttentionNorm => $"{layer}.ln_1.{kind}",
            OperatorRole.QueryProjection or OperatorRole.KeyProjection or OperatorRole.ValueProjection => $"{layer}.attn.c_attn.{kind}",
            OperatorRole.OutputProjection => $"{layer}.attn.c_proj.{kind}",
            OperatorRole.MlpNorm => $"{layer}.ln_2.{kind}",
            OperatorRole.UpProjection => $"{layer}.mlp.c_fc.{kind}",
            OperatorRole.DownProjection => $"{layer}.mlp.c_proj.{kind}",
            OperatorRole.FinalNorm => $"{prefix}ln_f.{kind}",
            OperatorRole.LmHead => $"lm_head.{kind}",
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "not a tensor of a GPT-2"),
        };
    }
}
