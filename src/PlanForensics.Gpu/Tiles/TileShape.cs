namespace PlanForensics.Gpu.Tiles;

/// <summary>A tiled product: sizes, slices of K and what happens to a finished sum.</summary>
internal struct TileShape
{
    /// <summary>Rows and columns of a tile, terms of one step through shared memory, threads of a group.</summary>
    public const int Rows = 128;
    public const int Columns = 128;
    public const int Depth = 8;
    public const int Threads = 256;

    /// <summary>Distance between successive terms in shared memory: 128 and a pad, so that four terms of one row lie in different banks.</summary>
    public const int Pitch = 132;

    public int M;
    public int N;
    public int K;

    /// <summary>Slices of K; with more than one, sums go to a workspace of M x N a slice.</summary>
    public int Slices;

    /// <summary>Tiles along M and N.</summary>
    public int TilesM;
    public int TilesN;

    /// <summary>1: rows of both operands may be read 16 bytes at a time.</summary>
    public int Aligned;

    /// <summary>1: the bias is added to a finished sum and the result rounded to <see cref="BiasFormat"/>.</summary>
    public int HasBias;
    public int BiasFormat;
    public int Output;
}
