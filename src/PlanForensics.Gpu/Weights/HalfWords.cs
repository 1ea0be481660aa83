using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.MatrixUnits;

namespace PlanForensics.Gpu.Weights;

/// <summary>Patterns of two bytes, two a word, the first in the low half.</summary>
internal static class HalfWords
{
    public static uint At(ArrayView<uint> words, long index) => (words[index >> 1] >> (int)((index & 1) << 4)) & 0xFFFFu;

    public static U4 Pack(uint x, uint y, uint z, uint w) => new() { X = x | (y << 16), Y = z | (w << 16) };

    public static U4 Load4(ArrayView<uint> words, long quad)
    {
        U2 two = words.AsAligned(8).Cast<U2>()[quad];
        return new U4 { X = two.X, Y = two.Y };
    }

    public static U8 Load8(ArrayView<uint> words, long octet) => new() { L = words.AsAligned(16).Cast<U4>()[octet] };
}
