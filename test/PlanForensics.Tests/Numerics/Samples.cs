using CsCheck;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Numerics;

/// <summary>Generators of this room: any pattern at all, and values near the edges where rounding goes wrong.</summary>
internal static class Samples
{
    public static readonly NumericFormat[] FloatingFormats =
        [NumericFormat.Fp32, NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2];

    public static readonly NumericFormat[] NarrowFormats = FloatingFormats[1..];

    public static readonly RoundingMode[] Modes = Enum.GetValues<RoundingMode>();

    public static readonly uint[] SpecialPatterns =
    [
        0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F80_0000, 0xFF80_0000,
        0x7F80_0001, 0xFFC0_0000, 0x7FC0_0000, 0x7FFF_FFFF, 0x477F_F000, 0x477F_EFFF, 0x3880_0000, 0x387F_FFFF, 0x3300_0000, 0x3300_0001,
        0x43E8_0000, 0x43E8_0001, 0x4770_0000, 0x476F_FFFF, 0x7F7F_8000, 0x7F7F_7FFF, 0x7F7F_F000, 0x3A80_0000, 0x3F80_8000, 0x3F81_8000,
    ];

    public static Gen<float> AnyPattern { get; } = Gen.UInt.Select(BitConverter.UInt32BitsToSingle);

    /// <summary>Patterns at and beside midpoints of every narrower format, and specials.</summary>
    public static Gen<float> Edges { get; } = Gen.Select(Gen.UInt, Gen.Int[0, 23], Gen.Int[-1, 1], static (bits, cut, offset) =>
        BitConverter.UInt32BitsToSingle((uint)(((bits >> cut << cut) | (cut == 0 ? 0 : 1u << (cut - 1))) + offset)));

    /// <summary>Magnitudes between 2^-30 and 2^20, where fp16 and fp8 have their ranges.</summary>
    public static Gen<float> Moderate { get; } = Gen.Select(Gen.UInt[0, 0x7F_FFFF], Gen.UInt[97, 147], Gen.Bool, static (fraction, exponent, negative) =>
        BitConverter.UInt32BitsToSingle((negative ? 0x8000_0000 : 0) | (exponent << 23) | fraction));

    public static Gen<float> Floats { get; } =
        Gen.OneOf(AnyPattern, Edges, Moderate, Pick(SpecialPatterns).Select(BitConverter.UInt32BitsToSingle));

    public static Gen<T> Pick<T>(T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    public static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float Value(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
