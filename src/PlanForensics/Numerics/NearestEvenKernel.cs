using System.Numerics;
using System.Runtime.InteropServices;

namespace PlanForensics.Numerics;

/// <summary>Vectorised round-to-nearest-even of fp32 to any narrower format; elementwise integer and IEEE operations, so width does not show.</summary>
internal static class NearestEvenKernel
{
    /// <summary>Copies a leading part of the source with canonical NaNs and returns its length: rounding to fp32 or wider.</summary>
    public static int CanonicaliseNaNs(ReadOnlySpan<float> source, Span<float> destination)
    {
        if (!Vector.IsHardwareAccelerated)
            return 0;
        var magnitudeMask = new Vector<int>(int.MaxValue);
        var infinity = new Vector<int>(0x7F80_0000);
        var canonical = new Vector<int>(0x7FC0_0000);
        ReadOnlySpan<Vector<int>> from = MemoryMarshal.Cast<float, Vector<int>>(source);
        Span<Vector<int>> to = MemoryMarshal.Cast<float, Vector<int>>(destination);
        for (int i = 0; i < from.Length; i++)
            to[i] = Vector.ConditionalSelect(Vector.GreaterThan(from[i] & magnitudeMask, infinity), canonical, from[i]);
        return from.Length * Vector<int>.Count;
    }

    /// <summary>Rounds a leading part of the source and returns its length; the caller finishes the tail.</summary>
    public static int Round(ReadOnlySpan<float> source, Span<float> destination, FormatLimits limits, bool saturate)
    {
        int dropped = limits.DroppedBits;
        if (!Vector.IsHardwareAccelerated || dropped <= 0)
            return 0;

        bool overflowIsNaN = !limits.HasInfinity && !saturate;
        var magnitudeMask = new Vector<int>(int.MaxValue);
        var infinity = new Vector<int>(0x7F80_0000);
        var canonical = new Vector<int>(0x7FC0_0000);
        var halfLess = new Vector<int>((1 << (dropped - 1)) - 1);
        var keepMask = new Vector<int>(-1 << dropped);
        var maxFinite = new Vector<int>(BitConverter.SingleToInt32Bits((float)limits.MaxFinite));
        Vector<int> overflow = saturate ? maxFinite : limits.HasInfinity ? infinity : canonical;
        // Below the smallest normal the quantum is fixed: adding 2^(quantum + 23) makes fp32 addition itself round there.
        // Formats with fp32's exponent range need none (threshold 0): clearing low bits is right for their subnormals too.
        bool ownExponentRange = limits.MinExponent > -126;
        var threshold = new Vector<int>(ownExponentRange ? (limits.MinExponent + 127) << 23 : 0);
        var magic = new Vector<float>(ownExponentRange ? BitConverter.Int32BitsToSingle((limits.MinQuantum + 23 + 127) << 23) : 0f);

        ReadOnlySpan<Vector<int>> from = MemoryMarshal.Cast<float, Vector<int>>(source);
        Span<Vector<int>> to = MemoryMarshal.Cast<float, Vector<int>>(destination);
        for (int i = 0; i < from.Length; i++)
        {
            Vector<int> bits = from[i];
            Vector<int> magnitude = bits & magnitudeMask;
            Vector<int> odd = Vector.ShiftRightLogical(magnitude, dropped) & Vector<int>.One;
            Vector<int> rounded = (magnitude + halfLess + odd) & keepMask;
            Vector<int> small = Vector.AsVectorInt32((Vector.AsVectorSingle(magnitude) + magic) - magic);
            rounded = Vector.ConditionalSelect(Vector.LessThan(magnitude, threshold), small, rounded);
            Vector<int> overflows = Vector.GreaterThan(rounded, maxFinite);
            rounded = Vector.ConditionalSelect(overflows, overflow, rounded) | (bits & ~magnitudeMask);
            Vector<int> isNaN = Vector.GreaterThan(magnitude, infinity);
            if (overflowIsNaN)
                isNaN |= overflows;
            to[i] = Vector.ConditionalSelect(isNaN, canonical, rounded);
        }

        return from.Length * Vector<int>.Count;
    }
}
