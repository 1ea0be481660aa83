using System.Numerics;
using System.Runtime.CompilerServices;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>
/// One block of a matrix unit in 64-bit integers: what a term is once it is aligned has at most F + 2 bits before the sum of at most 65 of them, so F up to 40 fits. Source: the T-FDPA
/// model of arXiv 2511.10909. Equal, bit for bit, to the reference's step.
/// </summary>
internal sealed unsafe class DotStep
{
    private const int FractionBits = 23;
    private const int ExponentMask = 0x7F80_0000;

    private readonly int _smallestA;
    private readonly int _smallestB;
    private readonly int _smallestC;
    private readonly int _zeroExponent;

    public DotStep(ReductionStep step, NumericFormat operandA, NumericFormat operandB)
    {
        (BlockLength, AlignmentBits, Rounding, _zeroExponent) = (step.BlockLength, step.AlignmentBits, step.Rounding, step.ZeroExponent);
        (OperandA, OperandB) = (operandA, operandB);
        (_smallestA, _smallestB) = (SmallestExponent(operandA), SmallestExponent(operandB));
        _smallestC = step.Rounding == DotRounding.NearestEvenFp16 ? -14 : -126;
    }

    /// <summary>Whether eight products and an accumulator fit 32-bit integers, and a zero term never has the largest exponent where that is -100 or more.</summary>
    public bool FitsRegisters => AlignmentBits <= 25 && _zeroExponent < -100;

    public int BlockLength { get; }

    public int AlignmentBits { get; }

    public DotRounding Rounding { get; }

    public NumericFormat OperandA { get; }

    public NumericFormat OperandB { get; }

    /// <summary>The exponent that a format's subnormal numbers keep.</summary>
    public static int SmallestExponent(NumericFormat format) => format switch
    {
        NumericFormat.Fp16 or NumericFormat.Fp8E5M2 => -14,
        NumericFormat.Fp8E4M3 => -6,
        _ => -126,
    };

    /// <summary>Adds the products of up to L terms, which lie at any distance, to an accumulator.</summary>
    public float Take(float* a, nint strideA, float* b, nint strideB, int count, float c)
    {
        int largest = c == 0 ? _zeroExponent : Exponent(c, _smallestC);
        bool special = !float.IsFinite(c);
        for (nint term = 0; term < count; term++)
        {
            (float left, float right) = (a[term * strideA], b[term * strideB]);
            special |= !float.IsFinite(left) || !float.IsFinite(right);
            largest = Math.Max(largest, left == 0 || right == 0 ? _zeroExponent : Exponent(left, _smallestA) + Exponent(right, _smallestB));
        }

        if (special)
            return Special(a, strideA, b, strideB, count, c);
        long sum = c == 0 ? 0 : Align(Significand(c, _smallestC), FractionBits + largest - Exponent(c, _smallestC) - AlignmentBits, c < 0);
        for (nint term = 0; term < count; term++)
        {
            (float left, float right) = (a[term * strideA], b[term * strideB]);
            if (left == 0 || right == 0)
                continue;
            int shift = (2 * FractionBits) + largest - Exponent(left, _smallestA) - Exponent(right, _smallestB) - AlignmentBits;
            sum += Align(Significand(left, _smallestA) * Significand(right, _smallestB), shift, (left < 0) != (right < 0));
        }

        return Round(sum, largest - AlignmentBits);
    }

    /// <summary>Infinities and NaNs: the sum of those products that are not of finite numbers; NaN is 7FFFFFFF.</summary>
    private static float Special(float* a, nint strideA, float* b, nint strideB, int count, float c)
    {
        float sum = float.IsFinite(c) ? 0 : c;
        for (nint term = 0; term < count; term++)
            if (!float.IsFinite(a[term * strideA]) || !float.IsFinite(b[term * strideB]))
                sum += a[term * strideA] * b[term * strideB];
        return float.IsNaN(sum) ? BitConverter.UInt32BitsToSingle(0x7FFF_FFFF) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Exponent(float value, int smallest) => Math.Max(((BitConverter.SingleToInt32Bits(value) & ExponentMask) >> FractionBits) - 127, smallest);

    /// <summary>|value| = significand * 2^(exponent - 23).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Significand(float value, int smallest)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint fraction = bits & 0x007F_FFFF;
        int field = (int)((bits & ExponentMask) >> FractionBits);
        if (field == 0)
            return fraction; // binary32's own subnormal numbers: their exponent is -126, the smallest there is
        return (ulong)(fraction | 0x0080_0000) >> Math.Min(Math.Max(smallest - (field - 127), 0), 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Align(ulong significand, int shift, bool negative)
    {
        long magnitude = (long)(shift >= 64 ? 0 : shift >= 0 ? significand >> shift : significand << -shift);
        return negative ? -magnitude : magnitude;
    }

    private float Round(long sum, int scale)
    {
        if (sum == 0)
            return 0;
        if (Rounding == DotRounding.NearestEvenFp16)
            return (float)Numerics.Rounding.ToFormat(Math.ScaleB((double)sum, scale), NumericFormat.Fp16);
        ulong magnitude = (ulong)Math.Abs(sum);
        uint sign = sum < 0 ? 0x8000_0000 : 0;
        int exponent = Math.Max(scale + 63 - BitOperations.LeadingZeroCount(magnitude), -126);
        if (exponent > 127)
            return BitConverter.UInt32BitsToSingle(sign | 0x7F80_0000);
        int dropped = Rounding == DotRounding.TowardZeroE8M13 ? FractionBits - 13 : 0;
        int shift = exponent - FractionBits + dropped - scale;
        ulong kept = shift >= 64 ? 0 : shift >= 0 ? magnitude >> shift : magnitude << -shift;
        kept <<= dropped;
        // A kept leading one counts up the exponent field by one.
        return BitConverter.UInt32BitsToSingle(sign | (uint)(kept + ((ulong)(exponent + 126) << FractionBits)));
    }
}
