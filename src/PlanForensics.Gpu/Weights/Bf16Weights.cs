using ILGPU;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Weights;

/// <summary>Two bf16 weights a word, the first in the low half: a weight is the upper half of its binary32 value.</summary>
internal readonly struct Bf16Weights : IWeightFormat
{
    public static float At(ArrayView<uint> words, long index) => Interop.IntAsFloat(Raw(words, index) << 16);

    public static uint Raw(ArrayView<uint> words, long index) => HalfWords.At(words, index);

    public static U4 Pack(uint x, uint y, uint z, uint w) => HalfWords.Pack(x, y, z, w);

    public static U4 Load4(ArrayView<uint> words, long quad) => HalfWords.Load4(words, quad);

    public static U8 Load8(ArrayView<uint> words, long octet) => HalfWords.Load8(words, octet);

    public static F4 Four(U4 raw) => Widen(raw.X, raw.Y);

    public static F4 LastFour(U8 raw) => Widen(raw.L.Z, raw.L.W);

    private static F4 Widen(uint first, uint second) => new()
    {
        X = Interop.IntAsFloat(first << 16), Y = Interop.IntAsFloat(first & 0xFFFF_0000u), Z = Interop.IntAsFloat(second << 16), W = Interop.IntAsFloat(second & 0xFFFF_0000u),
    };
}
