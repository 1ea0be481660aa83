using PlanForensics.Numerics;

namespace PlanForensics.Engines.Aten;

/// <summary>The sizes of a Llama-family decoder that plans follow from.</summary>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads.</param>
/// <param name="HeadDimension">Values of a head.</param>
/// <param name="FeedForward">Width of the gated layer.</param>
/// <param name="Vocabulary">Logits.</param>
/// <param name="Format">Format of weights and activations: fp32 or bf16.</param>
public sealed record AtenDecoder(int Hidden, int Heads, int KeyValueHeads, int HeadDimension, int FeedForward, int Vocabulary, NumericFormat Format)
{
    /// <summary>Format of weights and activations.</summary>
    public NumericFormat Format { get; init; } = Format is NumericFormat.Fp32 or NumericFormat.Bf16
        ? Format
        : throw new ArgumentOutOfRangeException(nameof(Format), Format, "the rules of ATen cover fp32 and bf16");
}
