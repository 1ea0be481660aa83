using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Weights;

/// <summary>Two fp16 weights a word, the first in the low half.</summary>
internal readonly struct Fp16Weights : IWeightFormat
{
    public static float At(ArrayView<uint> words, long index) => Value(Raw(words, index));

    public static uint Raw(ArrayView<uint> words, long index) => HalfWords.At(words, index);

    public static U4 Pack(uint x, uint y, uint z, uint w) => HalfWords.Pack(x, y, z, w);

    public static U4 Load4(ArrayView<uint> words, long quad) => HalfWords.Load4(words, quad);

    public static U8 Load8(ArrayView<uint> words, long octet) => HalfWords.Load8(words, octet);

    public static F4 Four(U4 raw) => Widen(raw.X, raw.Y);

    public static F4 LastFour(U8 raw) => Widen(raw.L.Z, raw.L.W);

    /// <summary>
    /// The value of a pattern, without a branch. Exponent and fraction, moved to their places in binary32, are the value times 2^-112, subnormal values included, so one exact product with
    /// 2^112 gives it; the exponent of infinity and NaN then lacks another 112.
    /// </summary>
    public static float Value(uint pattern)
    {
        float scaled = Fp.Mul(Interop.IntAsFloat((pattern & 0x7FFFu) << 13), Interop.IntAsFloat(0x7780_0000u));
        uint special = (((pattern & 0x7C00u) + 0x0400u) >> 15) * 0x3800_0000u;
        return Interop.IntAsFloat((Interop.FloatAsInt(scaled) + special) | ((pattern & 0x8000u) << 16));
    }

    private static F4 Widen(uint first, uint second) => new()
    {
        X = Value(first & 0xFFFFu), Y = Value(first >> 16), Z = Value(second & 0xFFFFu), W = Value(second >> 16),
    };
}
