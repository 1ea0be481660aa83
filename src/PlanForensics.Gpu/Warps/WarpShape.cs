namespace PlanForensics.Gpu.Warps;

/// <summary>A sum spread over the lanes of one warp, and what happens to it.</summary>
internal struct WarpShape
{
    /// <summary>Lanes, and threads of a group: eight warps.</summary>
    public const int Lanes = 32;
    public const int Threads = 256;

    public int M;
    public int N;
    public int K;

    /// <summary>Successive terms of a lane.</summary>
    public int Vector;

    /// <summary>Lanes that have terms.</summary>
    public int Used;

    /// <summary>How lane totals are merged, as a number of <see cref="Plans.MergeOrder"/>.</summary>
    public int Merge;

    /// <summary>1: lanes start at +0.0.</summary>
    public int StartsAtZero;

    /// <summary>1: a lane's terms may be read 16 bytes at a time.</summary>
    public int Aligned;

    public int HasBias;
    public int BiasFormat;
    public int Output;
}
