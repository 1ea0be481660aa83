namespace PlanForensics.Kernels.Simd;

/// <summary>What the outputs of a tile are.</summary>
internal enum TileKind : byte
{
    /// <summary>Some rows by one pair of registers of columns.</summary>
    Rows,

    /// <summary>A few rows by two pairs of registers of columns; only steps of binary32.</summary>
    TwoPairs,

    /// <summary>One row by four pairs of registers of columns: a matrix-vector product.</summary>
    Stream,

    /// <summary>One register of rows whose two operands are the same: sums of squares and plain sums.</summary>
    Lanes,
}
