using ILGPU;

namespace PlanForensics.Gpu.Arithmetic;

/// <summary>Rounding to a format inside a kernel: <see cref="Numerics.Rounding"/> to nearest even, without saturation, in integers.</summary>
/// <remarks>Formats are passed as the numbers of <see cref="Numerics.NumericFormat"/>. A NaN becomes the canonical one. Bitwise: identical on every machine.</remarks>
internal static class FormatRounding
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;
    private const int Fp64 = (int)Numerics.NumericFormat.Fp64;
    private const int Tf32 = (int)Numerics.NumericFormat.Tf32;
    private const int Bf16 = (int)Numerics.NumericFormat.Bf16;
    private const int Fp16 = (int)Numerics.NumericFormat.Fp16;
    private const int Fp8E4M3 = (int)Numerics.NumericFormat.Fp8E4M3;
    private const int Fp8E5M2 = (int)Numerics.NumericFormat.Fp8E5M2;
    private const ulong Infinity64 = 0x7FF0_0000_0000_0000;
    private const ulong Sign64 = 0x8000_0000_0000_0000;

    public static bool IsNaN(float value) => (Interop.FloatAsInt(value) & 0x7FFF_FFFFu) > 0x7F80_0000u;

    public static bool IsFinite(float value) => (Interop.FloatAsInt(value) & 0x7FFF_FFFFu) < 0x7F80_0000u;

    public static float NaN => Interop.IntAsFloat(0x7FC0_0000u);

    /// <summary>2^exponent for a normal result of binary64.</summary>
    public static double PowerOfTwo(int exponent) => Interop.IntAsFloat((ulong)(uint)(exponent + 1023) << 52);

    /// <summary>The value with a NaN made canonical.</summary>
    public static float Canonical(float value) => IsNaN(value) ? NaN : value;

    /// <summary>A binary32 value rounded to a format of at most 32 bits.</summary>
    public static float Round(float value, int format)
    {
        if (format == Fp32)
            return Canonical(value);
        return format == Bf16 ? RoundBf16(value) : Fp.Narrow(Round(Fp.Widen(value), format));
    }

    public static float RoundBf16(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) & 0xFFFF_0000u;
        return IsNaN(value) ? NaN : Interop.IntAsFloat(rounded);
    }

    /// <summary>A binary64 value rounded once; the result is exact in binary32 unless the format is fp64.</summary>
    public static double Round(double value, int format)
    {
        ulong bits = Interop.FloatAsInt(value);
        ulong magnitude = bits & ~Sign64;
        if (magnitude > Infinity64)
            return Interop.IntAsFloat(0x7FF8_0000_0000_0000UL);
        if (format == Fp64 || magnitude == 0)
            return value;
        if (magnitude == Infinity64)
            return format == Fp8E4M3 ? Interop.IntAsFloat(0x7FF8_0000_0000_0000UL) : value;
        int biased = (int)(magnitude >> 52);
        if (biased == 0)
            return Interop.IntAsFloat(bits & Sign64); // far below half of any format's smallest number
        int exponent = biased - 1023;
        int least = LeastExponent(format);
        int quantum = (exponent > least ? exponent : least) - FractionBits(format);
        int shift = quantum - exponent + 52;
        ulong significand = (magnitude & 0xF_FFFF_FFFF_FFFFUL) | 0x10_0000_0000_0000UL;
        if (shift > 54)
            return Interop.IntAsFloat(bits & Sign64);
        ulong kept = significand >> shift;
        ulong rest = significand - (kept << shift);
        ulong half = 1UL << (shift - 1);
        if (rest > half || (rest == half && (kept & 1UL) == 1UL))
            kept += 1UL;
        if (kept == 0)
            return Interop.IntAsFloat(bits & Sign64);
        double rounded = Fp.Mul((double)(long)kept, PowerOfTwo(quantum));
        ulong result = Interop.FloatAsInt(rounded);
        if (result > Largest(format))
            result = format == Fp8E4M3 ? 0x7FF8_0000_0000_0000UL : Infinity64 | (bits & Sign64);
        else
            result |= bits & Sign64;
        return Interop.IntAsFloat(result);
    }

    /// <summary>What the arithmetic reads of an operand: tf32 drops the low bits, other formats round.</summary>
    public static float Operand(float value, int format)
    {
        if (format == Tf32)
            return Interop.IntAsFloat(Interop.FloatAsInt(value) & ~0x1FFFu);
        return Round(value, format);
    }

    /// <summary>The pattern of a value that fp16 holds; of a NaN the canonical one.</summary>
    public static uint Fp16Pattern(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint sign = (bits >> 16) & 0x8000u;
        int exponent = (int)((bits >> 23) & 0xFFu) - 127;
        if (exponent == 128)
            return (bits & 0x7F_FFFFu) == 0 ? sign | 0x7C00u : 0x7E00u;
        if (exponent >= -14)
            return sign | ((uint)(exponent + 15) << 10) | ((bits >> 13) & 0x3FFu);
        int shift = -1 - exponent; // a subnormal is a multiple of 2^-24
        return exponent < -24 ? sign : sign | (((bits & 0x7F_FFFFu) | 0x80_0000u) >> shift);
    }

    public static int FractionBits(int format)
    {
        if (format == Fp32)
            return 23;
        if (format == Tf32 || format == Fp16)
            return 10;
        if (format == Bf16)
            return 7;
        return format == Fp8E4M3 ? 3 : 2;
    }

    /// <summary>Exponent of the smallest normal number.</summary>
    public static int LeastExponent(int format)
    {
        if (format == Fp16 || format == Fp8E5M2)
            return -14;
        return format == Fp8E4M3 ? -6 : -126;
    }

    // Bits in binary64 of the largest finite value.
    private static ulong Largest(int format)
    {
        if (format == Fp32)
            return 0x47EF_FFFF_E000_0000UL;
        if (format == Tf32)
            return 0x47EF_FC00_0000_0000UL;
        if (format == Bf16)
            return 0x47EF_E000_0000_0000UL;
        if (format == Fp16)
            return 0x40EF_FC00_0000_0000UL;
        return format == Fp8E4M3 ? 0x407C_0000_0000_0000UL : 0x40EC_0000_0000_0000UL;
    }
}
