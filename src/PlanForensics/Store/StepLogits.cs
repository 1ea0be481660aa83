using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>
/// The logits of one step, handed to the recorder as they lie: hash, the largest of them and, where asked for, all of them are taken on the recorder's own thread. The serving thread pays for a reference.
/// </summary>
public readonly record struct StepLogits
{
    /// <summary>Hands logits over.</summary>
    /// <param name="values">One logit for each vocabulary entry, held as binary32. The memory must not change until the step is written: hand over what is not used again, or a copy.</param>
    /// <param name="format">The format in which the engine holds them (fp32, bf16 or fp16); each value must be representable in it. A NaN is recorded as the format's canonical one.</param>
    /// <param name="topK">How many of the largest to keep as a list; 0 keeps none. The two largest are always kept.</param>
    /// <param name="keepAll">Whether to keep all logits, not only their hash.</param>
    /// <exception cref="ArgumentException">There are no logits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Another format, or k is negative.</exception>
    public StepLogits(ReadOnlyMemory<float> values, NumericFormat format = NumericFormat.Fp32, int topK = 0, bool keepAll = false)
    {
        if (values.IsEmpty)
            throw new ArgumentException("a step has at least one logit", nameof(values));
        if (format is not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16))
            throw new ArgumentOutOfRangeException(nameof(format), format, "logits are recorded as fp32, bf16 or fp16");
        ArgumentOutOfRangeException.ThrowIfNegative(topK);
        (Values, Format, TopK, KeepAll) = (values, format, topK, keepAll);
    }

    /// <summary>One logit for each vocabulary entry.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>The format in which the engine holds them.</summary>
    public NumericFormat Format { get; }

    /// <summary>How many of the largest are kept as a list.</summary>
    public int TopK { get; }

    /// <summary>Whether all are kept.</summary>
    public bool KeepAll { get; }

    internal StepObservation ToObservation(int? chosenToken) =>
        StepObservation.FromLogits(TensorValue.FromRounded(Format, Values.Span, Values.Length), chosenToken, TopK, KeepAll);
}
