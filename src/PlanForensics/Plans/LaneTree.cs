namespace PlanForensics.Plans;

/// <summary>How a sum is spread over SIMD lanes or threads, and how the lane totals are merged.</summary>
/// <remarks>
/// As a rule lane l owns <see cref="Vector"/> successive terms out of every <c>Lanes * Vector</c>; <see cref="Order"/> has the other ways of real libraries. Totals are merged in groups of <see cref="Warp"/> lanes by <see cref="Merge"/>, then
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
        init => field = value is not MergeOrder.Atomic ? value : throw new ArgumentException("lanes merge forward, butterfly, neighbours or half_neighbours", nameof(value));
    } = MergeOrder.Butterfly;

    /// <summary>Merge of the groups' totals.</summary>
    public MergeOrder BlockMerge
    {
        get;
        init => field = value is not MergeOrder.Atomic ? value : throw new ArgumentException("groups merge forward, butterfly, neighbours or half_neighbours", nameof(value));
    } = MergeOrder.Forward;

    /// <summary>Which terms a lane takes; default spread. Blocks use <see cref="Lanes"/> and <see cref="Merge"/>, cascade <see cref="Lanes"/> and <see cref="Accumulators"/>, pairwise <see cref="Lanes"/>.</summary>
    public LaneOrder Order { get; init; }

    /// <summary>Accumulators that vectors of a cascade go to in turn, 1 to 64; default 1.</summary>
    public int Accumulators
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "accumulators are 1 to 64");
    } = 1;

    /// <summary>Whether a spread sum of fewer terms than lanes adds them one after the other instead of merging lanes; default false.</summary>
    public bool ShortForward { get; init; }

    internal static LaneTree Read(PlanFieldReader reader, string prefix)
    {
        int lanes = reader.Integer(prefix + "lanes", 1);
        int vector = reader.Integer(prefix + "vector", 1);
        int warp = reader.Integer(prefix + "warp", 0);
        MergeOrder merge = reader.Enum(prefix + "lane_merge", MergeOrder.Butterfly);
        MergeOrder blockMerge = reader.Enum(prefix + "block_merge", MergeOrder.Forward);
        LaneOrder order = reader.Enum(prefix + "order", LaneOrder.Spread);
        int accumulators = reader.Integer(prefix + "accumulators", 1);
        string few = reader.Text(prefix + "short", "lanes");
        if (few is not ("lanes" or "forward"))
            throw reader.Bad(prefix + "short", "lanes or forward");
        return reader.Finishing(() => new LaneTree
        {
            Lanes = lanes, Vector = vector, Warp = warp, Merge = merge, BlockMerge = blockMerge, Order = order, Accumulators = accumulators, ShortForward = few == "forward",
        });
    }

    internal void Write(PlanTextWriter writer, string prefix) => writer
        .Add(prefix + "lanes", Lanes, 1)
        .Add(prefix + "vector", Vector, 1)
        .Add(prefix + "warp", Warp, 0)
        .Add(prefix + "lane_merge", Merge, MergeOrder.Butterfly)
        .Add(prefix + "block_merge", BlockMerge, MergeOrder.Forward)
        .Add(prefix + "order", Order, LaneOrder.Spread)
        .Add(prefix + "accumulators", Accumulators, 1)
        .Add(prefix + "short", ShortForward ? "forward" : "lanes", "lanes");
}
