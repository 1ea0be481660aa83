using System.Globalization;
using System.Runtime.InteropServices;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Diffing;

/// <summary>How far the largest logit is from the second largest: what a difference in bits must exceed to flip the token.</summary>
/// <remarks>Order of logits: as <see cref="ArgmaxPlan"/> chooses. A NaN is larger than every number; of equal values (-0 and +0 are equal) the tie
/// rule takes the smallest or the largest token id. Bitwise: identical on every machine.</remarks>
public sealed record LogitMargin
{
    private LogitMargin(RecordedLogit top1, RecordedLogit top2)
    {
        Top1 = top1;
        Top2 = top2;
    }

    /// <summary>The largest logit: the greedy choice.</summary>
    public RecordedLogit Top1 { get; }

    /// <summary>The second largest logit.</summary>
    public RecordedLogit Top2 { get; }

    /// <summary>top-1 minus top-2 in logits: both widened to fp64, one subtraction rounded to nearest. 0 or more; NaN when a logit is NaN, or both
    /// are the same infinity. Bitwise: identical on every machine.</summary>
    public double Margin => (double)Top1.Value - Top2.Value;

    /// <summary>The distance of the two values in ulps of the logits' format (<see cref="UlpDistance"/>); <see cref="UlpDistance.Incomparable"/> when
    /// one is NaN. Bitwise: identical on every machine.</summary>
    public long Ulps => LogitOrder.Distance(Top1, Top2);

    /// <summary>Whether the two values are equal, so that the tie rule decided.</summary>
    public bool IsTie => Ulps == 0;

    /// <summary>The margin of two logits, given in any order.</summary>
    /// <param name="first">One of the two largest logits.</param>
    /// <param name="second">The other: another token, of the same format.</param>
    /// <param name="tie">Which token wins at equal values.</param>
    /// <returns>The margin.</returns>
    /// <exception cref="ArgumentNullException">A logit is null.</exception>
    /// <exception cref="ArgumentException">The tokens are equal, or the formats differ.</exception>
    public static LogitMargin Of(RecordedLogit first, RecordedLogit second, TieRule tie = TieRule.First)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Token == second.Token)
            throw new ArgumentException($"both logits are of token {first.Token}; a margin needs two tokens", nameof(second));
        if (first.Format != second.Format)
        {
            throw new ArgumentException(
                $"the logits are {NumericFormats.NameOf(first.Format)} and {NumericFormats.NameOf(second.Format)}; a margin needs one format",
                nameof(second));
        }

        return LogitOrder.Compare(first.Value, first.Token, second.Value, second.Token, tie) < 0
            ? new LogitMargin(first, second)
            : new LogitMargin(second, first);
    }

    /// <summary>The margin of full logits.</summary>
    /// <param name="logits">One logit for each vocabulary entry: fp32, bf16 or fp16, at least two.</param>
    /// <param name="tie">Which token wins at equal values.</param>
    /// <returns>The margin of the two largest.</returns>
    /// <exception cref="ArgumentNullException">The tensor is null.</exception>
    /// <exception cref="ArgumentException">There are fewer than two logits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Another format.</exception>
    public static LogitMargin Of(TensorValue logits, TieRule tie = TieRule.First)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Format is not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16))
            throw new ArgumentOutOfRangeException(nameof(logits), logits.Format, "logits are fp32, bf16 or fp16");
        if (logits.ElementCount < 2)
            throw new ArgumentException($"a margin needs two logits, but there are {logits.ElementCount}", nameof(logits));
        (int top1, int top2) = LogitOrder.TopTwo(
            logits.Format == NumericFormat.Fp32 ? MemoryMarshal.Cast<byte, float>(logits.Bytes.Span) : logits.ToFp32(), tie);
        return new LogitMargin(LogitOrder.At(logits, top1), LogitOrder.At(logits, top2));
    }

    /// <summary>The margin of an observed step, from full logits or else from the largest ones recorded.</summary>
    /// <param name="observation">What came out of the step.</param>
    /// <param name="tie">Which token wins at equal values. Among recorded top logits the rule sees only the tokens recorded.</param>
    /// <returns>The margin; null when fewer than two logits of one format were recorded.</returns>
    /// <exception cref="ArgumentNullException">The observation is null.</exception>
    public static LogitMargin? Of(StepObservation observation, TieRule tie = TieRule.First)
    {
        ArgumentNullException.ThrowIfNull(observation);
        if (observation.FullLogits is { ElementCount: > 1 } logits && logits.Format is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16)
            return Of(logits, tie);
        RecordedLogit[] top =
        [
            .. LogitOrder.Recorded(observation).DistinctBy(logit => logit.Token)
                .Order(Comparer<RecordedLogit>.Create((x, y) => LogitOrder.Compare(x.Value, x.Token, y.Value, y.Token, tie))).Take(2),
        ];
        return top.Length == 2 && top[0].Format == top[1].Format ? new LogitMargin(top[0], top[1]) : null;
    }

    /// <summary>Tokens and margin.</summary>
    /// <returns>For example <c>token 7 over 5 by 0.125 (1024 ulps of bf16)</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"token {Top1.Token} over {Top2.Token} by {Margin:R} ({UlpText.Of(Ulps)} of {NumericFormats.NameOf(Top1.Format)})");
}
