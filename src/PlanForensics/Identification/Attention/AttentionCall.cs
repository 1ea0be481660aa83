using PlanForensics.Numerics;

namespace PlanForensics.Identification.Attention;

/// <summary>The sizes of a recorded call of attention.</summary>
/// <param name="Heads">Batch times heads.</param>
/// <param name="Queries">Query rows of a head.</param>
/// <param name="Keys">Keys of a head.</param>
/// <param name="Depth">Head dimension.</param>
/// <param name="Scale">Factor of the scores.</param>
/// <param name="Causal">Whether query i sees keys 0..i only.</param>
internal sealed record AttentionCall(int Heads, int Queries, int Keys, int Depth, float Scale, bool Causal)
{
    /// <summary>The sizes, or null where the tensors do not fit together: fp32 of (.., heads, rows, head dimension), as many heads in all, a mask for one head or for all.</summary>
    public static AttentionCall? Of(RecordedOperator recorded)
    {
        if (recorded.Find("q") is not { Format: NumericFormat.Fp32 } q || recorded.Find("k") is not { Format: NumericFormat.Fp32 } k || recorded.Find("v") is not { Format: NumericFormat.Fp32 } v)
            return null;
        if (q.Shape.Length < 2 || q.Shape.Length != k.Shape.Length || !k.Shape.SequenceEqual(v.Shape) || !q.Shape[..^2].SequenceEqual(k.Shape[..^2]) || q.Shape[^1] != k.Shape[^1]
            || q.ElementCount == 0 || k.ElementCount == 0 || recorded.Output.ElementCount != q.ElementCount)
            return null;
        int depth = q.Shape[^1];
        long plane = (long)q.Shape[^2] * k.Shape[^2];
        if (recorded.Find("mask") is { } mask && (mask.Format != NumericFormat.Fp32 || (mask.ElementCount != plane && mask.ElementCount * q.Shape[^2] * depth != q.ElementCount * plane)))
            return null;
        float scale = (float)(recorded.Attributes.Number("scale") ?? 1 / Math.Sqrt(depth));
        return new AttentionCall((int)(q.ElementCount / ((long)q.Shape[^2] * depth)), q.Shape[^2], k.Shape[^2], depth, scale, recorded.Attributes.Flag("causal") ?? false);
    }
}
