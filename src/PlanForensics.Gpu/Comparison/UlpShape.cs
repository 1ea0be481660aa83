namespace PlanForensics.Gpu.Comparison;

/// <summary>A comparison of two buffers: the format's grid, the rules, and where the counts lie.</summary>
internal struct UlpShape
{
    /// <summary>Counts of the buckets 0 to 32 come first; bucket 0 is left to the host.</summary>
    public const int Incomparable = 33;
    public const int Largest = 34;
    public const int First = 35;
    public const int FirstStray = 36;
    public const int Counts = 37;

    public int Format;
    public int DroppedBits;
    public uint LargestNumber;
    public int NaNs;

    /// <summary>1: -0 and +0 are one apart.</summary>
    public int ZerosDistinct;
}
