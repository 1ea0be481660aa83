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

    /// <summary>Terms of a lane that are read together, 8 or 4; 0 where rows are not aligned to them.</summary>
    public int Together;

    public int HasBias;
    public int BiasFormat;
    public int Output;
}
