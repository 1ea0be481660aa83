using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>
/// Asks whether accumulators start at +0.0, which shows only in the sign of a zero: a sum of nothing but -0 is -0 unless one of them does.
/// </summary>
/// <remarks>
/// A chain of fma that starts at +0.0 is found on its own: exact products of -0 in its terms and negative products that underflow (which fma rounds to -0 even from +0.0) in all others.
/// A start of a sum of finished values hides the starts below it, and then those do not change a bit.
/// </remarks>
internal static class StartProbe
{
    private static readonly float Tiny = MathF.ScaleB(1, -100);

    /// <summary>Whether some accumulator starts at +0.0.</summary>
    public static bool AnyStartsAtZero(BoxCalls calls, OutputGroup group) => IsPlusZero(calls, group, 1, -0.0f, []);

    /// <summary>Whether a sum of finished values does: products that underflow are -0 for every fma, and still the sum is +0.</summary>
    public static bool ValuesStartAtZero(BoxCalls calls, OutputGroup group) => !Underflows(calls.Box) || IsPlusZero(calls, group, Tiny, -Tiny, []);

    /// <summary>
    /// Where in a chain +0.0 is added: before how many of its terms have been taken; null where it is not, or where it is hidden. With exact zeros from the q-th term on and products that
    /// underflow before it the sum is +0 up to the place, so that the largest such q is it.
    /// </summary>
    /// <param name="calls">The box.</param>
    /// <param name="group">The outputs asked.</param>
    /// <param name="terms">The chain's own terms, in order.</param>
    /// <param name="after">Terms that are fused into the sum after this chain has joined it.</param>
    public static int? PlaceOfZero(BoxCalls calls, OutputGroup group, IReadOnlyList<int> terms, IReadOnlyList<int> after)
    {
        if (IsPlusZero(calls, group, Tiny, -Tiny, after) || !IsPlusZero(calls, group, Tiny, -Tiny, [.. terms, .. after]))
            return null;
        int low = 0;
        int high = terms.Count;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (IsPlusZero(calls, group, Tiny, -Tiny, [.. terms.Skip(middle), .. after]))
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private static bool Underflows(BlackBox box) => box is { HasProducts: true, Operand: NumericFormat.Fp32 or NumericFormat.Bf16 };

    private static bool IsPlusZero(BoxCalls calls, OutputGroup group, float plain, float fill, IEnumerable<int> exactZeros)
    {
        (int line, int other) = group.Probes[0];
        calls.Fill(plain, fill);
        foreach (int term in exactZeros)
            calls.Set(line, term, -0.0f);
        calls.Call();
        return BitConverter.SingleToInt32Bits(calls.Output(line, other)) == 0;
    }
}
