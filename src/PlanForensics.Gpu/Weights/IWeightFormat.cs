using ILGPU;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Weights;

/// <summary>How weights lie in device memory, and how they become binary32 values, exactly. Kernels load first and widen later, so that loads are on their way while they compute.</summary>
internal interface IWeightFormat
{
    /// <summary>One weight's value.</summary>
    static abstract float At(ArrayView<uint> words, long index);

    /// <summary>One weight as it lies in memory.</summary>
    static abstract uint Raw(ArrayView<uint> words, long index);

    /// <summary>Four of them together, as <see cref="Load4"/> has them.</summary>
    static abstract U4 Pack(uint x, uint y, uint z, uint w);

    /// <summary>Four successive weights in one load; <paramref name="quad"/> counts fours.</summary>
    static abstract U4 Load4(ArrayView<uint> words, long quad);

    /// <summary>Eight successive weights in loads of 128 bits; <paramref name="octet"/> counts eights.</summary>
    static abstract U8 Load8(ArrayView<uint> words, long octet);

    /// <summary>The values of four.</summary>
    static abstract F4 Four(U4 raw);

    /// <summary>The values of the last four of eight.</summary>
    static abstract F4 LastFour(U8 raw);
}
