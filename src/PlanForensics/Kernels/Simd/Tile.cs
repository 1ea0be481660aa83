namespace PlanForensics.Kernels.Simd;

/// <summary>A block of outputs whose accumulators are in registers at once, and where its operands lie.</summary>
/// <remarks>
/// A is interleaved, (K, rows): element (k, r) at <c>A[k * Rows + r]</c>. B is (K, columns): element (k, c) of a pair of registers at <c>B[k * BStride + c]</c>.
/// Lanes: element (k, row) at <c>B[k * BStride + row]</c>, A is not used.
/// </remarks>
internal unsafe struct Tile
{
    public TileKind Kind;

    public int Rows;

    public float* A;

    public float* B;

    /// <summary>Whether B's elements are bfloat16, two bytes each; strides count elements.</summary>
    public bool IsBf16;

    /// <summary>Matrix units: the exponents of A as powers of two, laid out as A is.</summary>
    public float* Powers;

    /// <summary>Matrix units: whether B holds zeros and normal numbers of its format only.</summary>
    public bool HasNormalWeights;

    /// <summary>Distance between successive terms of B.</summary>
    public nint BStride;

    /// <summary>TwoPairs and Stream: distance between successive pairs of registers.</summary>
    public nint PairStride;

    /// <summary>Memory that will be read next, or null: runs of terms with gaps are not foreseen by the processor.</summary>
    public byte* Next;

    /// <summary>Bytes at <see cref="Next"/>.</summary>
    public nint NextBytes;

    /// <summary>Accumulators of the tile: what one slot of the scratch memory holds.</summary>
    public readonly int Slot(int width) => Kind switch
    {
        TileKind.Rows => Rows * 2 * width,
        TileKind.TwoPairs => Rows * 4 * width,
        TileKind.Stream => 8 * width,
        _ => width,
    };
}
