using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The plan of a matrix product <c>C[M,N] = A[M,K] x W[N,K]^T</c>. <see cref="Lower"/> cuts K from the outside in: ranks (all-reduce), split-K slices, in-block K slices, K blocks,
/// lanes; inside, terms go in ascending order.
/// </summary>
public sealed record GemmPlan : OperatorPlan
{
    /// <summary>How a term enters an accumulator; default <c>fma</c>.</summary>
    public ReductionStep Step { get; init; } = ReductionStep.Fma;

    /// <summary>Format both operands are rounded to before they are multiplied; default fp32 (as given).</summary>
    public NumericFormat Operand { get; init; } = NumericFormat.Fp32;

    /// <summary>Accumulator format; default fp32.</summary>
    public NumericFormat Accumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <summary>Thread block tile; only K matters to bits, and only with <see cref="SliceK"/> or <see cref="Residue"/>.</summary>
    public TileShape Tile { get; init; }

    /// <summary>Split-K slices, 1 to 1,024; default 1.</summary>
    public int SplitK
    {
        get;
        init => field = InRange(value, 1, 1024, "split_k");
    } = 1;

    /// <summary>Stream-K: CTAs that share all tiles' K steps evenly, 0 (default) for none, to 65,536. Vocabulary only: the cut differs between output tiles, and lowering refuses it.</summary>
    public int StreamK
    {
        get;
        init => field = InRange(value, 0, 65536, "stream_k");
    }

    /// <summary>A slice is a whole number of this many terms: chunk = ceil(ceil(K / grain) / split_k) * grain; default 1.</summary>
    public int SplitGrain
    {
        get;
        init => field = InRange(value, 1, 65536, "split_grain");
    } = 1;

    /// <summary>Order in which slices are added; default forward.</summary>
    public MergeOrder Merge { get; init; } = MergeOrder.Forward;

    /// <summary>Arrival order of an atomic merge; default in order.</summary>
    public AtomicOrder AtomicOrder { get; init; }

    /// <summary>Format in which each slice's partial sum is stored in the workspace; default fp32.</summary>
    public NumericFormat Staging { get; init; } = NumericFormat.Fp32;

    /// <summary>Format in which the running total of slices is kept; default fp32.</summary>
    public NumericFormat MergeAccumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>Warps of a block that share a K tile (sliced-K), 1 to 64; needs <c>tile</c> K; default 1.</summary>
    public int SliceK
    {
        get;
        init => field = InRange(value, 1, 64, "slice_k");
    } = 1;

    /// <summary>Terms summed in an accumulator of their own before they are added to the running total; 0 (default) for no blocks.</summary>
    public int BlockK
    {
        get;
        init => field = InRange(value, 0, 65536, "k_block");
    }

    /// <summary>Lanes over K and their merge; default one lane.</summary>
    public LaneTree Lanes { get; init; } = LaneTree.Sequential;

    /// <summary>Where the part of K that fills no tile goes; default last.</summary>
    public Residue Residue { get; init; } = Residue.Last;

    /// <summary>Whether accumulators start at +0.0 rather than with the first product; default false.</summary>
    public bool StartsAtZero { get; init; }

    /// <summary>When a bias is added, where the operator has one; default fused.</summary>
    public BiasPlacement Bias { get; init; } = BiasPlacement.Fused;

    /// <summary>The all-reduce over tensor-parallel ranks that share K, or null for one rank.</summary>
    public AllReducePlan? AllReduce { get; init; }

    /// <summary>The formats along the way of a product, a view of this plan.</summary>
    public PrecisionPath PrecisionPath => PrecisionPath.Of(this);

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("gemm")
                .Add("step", Step, ReductionStep.Fma)
                .Add("operand", Operand, NumericFormat.Fp32)
                .Add("acc", Accumulator, NumericFormat.Fp32)
                .Add("out", Output, NumericFormat.Fp32)
                .Add("tile", Tile.ToString(), default(TileShape).ToString())
                .Add("split_k", SplitK, 1)
                .Add("split_grain", SplitGrain, 1)
                .Add("stream_k", StreamK, 0)
                .Add("merge", Merge, MergeOrder.Forward)
                .Add("atomic_order", AtomicOrder.Text, "in_order")
                .Add("staging", Staging, NumericFormat.Fp32)
                .Add("merge_acc", MergeAccumulator, NumericFormat.Fp32)
                .Add("slice_k", SliceK, 1)
                .Add("k_block", BlockK, 0);
            Lanes.Write(writer, "");
            return writer
                .Add("residue", Residue, Residue.Last)
                .Add("start", StartsAtZero ? "zero" : "first", "first")
                .Add("bias", Bias, BiasPlacement.Fused)
                .Add("all_reduce", AllReduce?.Compact ?? "none", "none")
                .ToString();
        }
    }

    /// <summary>Lowers to one program for all outputs, or one for each all-reduce partition.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape) => GemmProgram.From(this, shape);

    internal static GemmPlan Read(PlanFieldReader reader)
    {
        ReductionStep step = reader.Step("step", ReductionStep.Fma);
        NumericFormat operand = reader.Format("operand", NumericFormat.Fp32);
        NumericFormat accumulator = reader.Format("acc", NumericFormat.Fp32);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        if (!TileShape.TryParse(reader.Text("tile", "0x0x0"), out TileShape tile))
            throw reader.Bad("tile", "MxNxK, each at most 65536");
        int splitK = reader.Integer("split_k", 1);
        int grain = reader.Integer("split_grain", 1);
        int streamK = reader.Integer("stream_k", 0);
        MergeOrder merge = reader.Enum("merge", MergeOrder.Forward);
        if (!AtomicOrder.TryParse(reader.Text("atomic_order", "in_order"), out AtomicOrder atomicOrder))
            throw reader.Bad("atomic_order", "in_order, seed:N or slices joined by dots such as 2.0.1");
        NumericFormat staging = reader.Format("staging", NumericFormat.Fp32);
        NumericFormat mergeAccumulator = reader.Format("merge_acc", NumericFormat.Fp32);
        int sliceK = reader.Integer("slice_k", 1);
        int blockK = reader.Integer("k_block", 0);
        LaneTree lanes = LaneTree.Read(reader, "");
        Residue residue = reader.Enum("residue", Residue.Last);
        string start = reader.Text("start", "first");
        if (start is not ("first" or "zero"))
            throw reader.Bad("start", "first or zero");
        BiasPlacement bias = reader.Enum("bias", BiasPlacement.Fused);
        string allReduce = reader.Text("all_reduce", "none");
        AllReducePlan? reduce = null;
        if (allReduce != "none" && !AllReducePlan.TryParseCompact(allReduce, out reduce))
            throw reader.Bad("all_reduce", "none or ALGORITHM:RANKS:WIRE, for example one_shot:4:bf16");
        return reader.Finish(() => new GemmPlan
        {
            Step = step, Operand = operand, Accumulator = accumulator, Output = output, Tile = tile, SplitK = splitK, SplitGrain = grain, StreamK = streamK, Merge = merge,
            AtomicOrder = atomicOrder, Staging = staging, MergeAccumulator = mergeAccumulator, SliceK = sliceK, BlockK = blockK, Lanes = lanes,
            Residue = residue, StartsAtZero = start == "zero", Bias = bias, AllReduce = reduce,
        });
    }

    private static int InRange(int value, int low, int high, string field) => value >= low && value <= high
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{field} is {low} to {high}");
}
