using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Weights;

/// <summary>A word a weight.</summary>
internal readonly struct Fp32Weights : IWeightFormat
{
    public static float At(ArrayView<uint> words, long index) => Interop.IntAsFloat(words[index]);

    public static uint Raw(ArrayView<uint> words, long index) => words[index];

    public static U4 Pack(uint x, uint y, uint z, uint w) => new() { X = x, Y = y, Z = z, W = w };

    public static U4 Load4(ArrayView<uint> words, long quad) => words.AsAligned(16).Cast<U4>()[quad];

    public static U8 Load8(ArrayView<uint> words, long octet) => new() { L = Load4(words, 2 * octet), H = Load4(words, (2 * octet) + 1) };

    public static F4 Four(U4 raw) => new()
    {
        X = Interop.IntAsFloat(raw.X), Y = Interop.IntAsFloat(raw.Y), Z = Interop.IntAsFloat(raw.Z), W = Interop.IntAsFloat(raw.W),
    };

    public static F4 LastFour(U8 raw) => Four(raw.H);
}
