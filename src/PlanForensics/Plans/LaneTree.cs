namespace PlanForensics.Plans;

/// <summary>How a sum is spread over SIMD lanes or threads, and how the lane totals are merged.</summary>
/// <remarks>
/// Lane l owns <see cref="Vector"/> successive terms out of every <c>Lanes * Vector</c>. Totals are merged in groups of <see cref="Warp"/> lanes by <see cref="Merge"/>, then
/// the groups' totals by <see cref="BlockMerge"/>. Lanes that own no term take no part.
/// </remarks>
public sealed record LaneTree
{
    /// <summary>One lane: a sequential sum.</summary>
    public static LaneTree Sequential { get; } = new();

    /// <summary>Number of lanes or threads, 1 to 4,096.</summary>
    public int Lanes
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "lanes are 1 to 4096");
    } = 1;

    /// <summary>Successive terms that a lane takes at a time, 1 to 64.</summary>
    public int Vector
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "vector is 1 to 64");
    } = 1;

    /// <summary>Lanes merged together first; 0 when all lanes are one group.</summary>
    public int Warp
    {
        get;
        init => field = value is >= 0 and <= 4096 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "warp is 0 (one group) to 4096");
    }

    /// <summary>Merge inside a group. Atomic is not a lane merge.</summary>
    public MergeOrder Merge
    {
        get;
        init => field = value is not MergeOrder.Atomic ? value : throw new ArgumentException("lanes merge forward, butterfly or neighbours", nameof(value));
    } = MergeOrder.Butterfly;

    /// <summary>Merge of the groups' totals.</summary>
    public MergeOrder BlockMerge
    {
        get;
        init => field = value is not MergeOrder.Atomic ? value : throw new ArgumentException("groups merge forward, butterfly or neighbours", nameof(value));
    } = MergeOrder.Forward;

    internal static LaneTree Read(PlanFieldReader reader, string prefix)
    {
        int lanes = reader.Integer(prefix + "lanes", 1);
        int vector = reader.Integer(prefix + "vector", 1);
        int warp = reader.Integer(prefix + "warp", 0);
        MergeOrder merge = reader.Enum(prefix + "lane_merge", MergeOrder.Butterfly);
        MergeOrder blockMerge = reader.Enum(prefix + "block_merge", MergeOrder.Forward);
        return reader.Finishing(() => new LaneTree { Lanes = lanes, Vector = vector, Warp = warp, Merge = merge, BlockMerge = blockMerge });
    }

    internal void Write(PlanTextWriter writer, string prefix) => writer
        .Add(prefix + "lanes", Lanes, 1)
        .Add(prefix + "vector", Vector, 1)
        .Add(prefix + "warp", Warp, 0)
        .Add(prefix + "lane_merge", Merge, MergeOrder.Butterfly)
        .Add(prefix + "block_merge", BlockMerge, MergeOrder.Forward);
}
