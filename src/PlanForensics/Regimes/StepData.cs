namespace PlanForensics.Regimes;

/// <summary>An engine step as the timeline keeps it; -1 and NaN stand for "not recorded".</summary>
internal struct StepData
{
    public int Iteration;
    public int Index;
    public int Replica;
    public int Rank;
    public int ProfileSet;
    public int Fingerprint;
    public int KvRegime;
    public int BatchSize;
    public int PaddedBatch;
    public int BatchTokens;
    public int QueryLength;
    public int KeyLength;
    public int FallbackCount;
    public int DequantizeCount;
    public int RequantizeCount;
    public sbyte Paging;
    public bool HasPrefill;
    public bool HasDecode;
    public long StartedTicks;
    public long WorkspaceFreeBytes;
    public long Retransmits;
    public double GpuTimeMs;
    public double VramFreeMb;
    public double KvPoolMb;
    public double KvPoolUsedMb;
    public double L2HitRate;
    public double ReplicationPinnedMb;
    public double CheckpointPinnedMb;
    public double CommTimeMs;
    public double RankSkewMs;
    public double EffectiveBandwidthGbPerS;

    public static int? OrNull(int value) => value < 0 ? null : value;

    public static long? OrNull(long value) => value < 0 ? null : value;

    public static double? OrNull(double value) => double.IsNaN(value) ? null : value;
}
