using System.Collections.Immutable;
using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The programs of a matrix product's output elements: one region for a uniform plan, several where a plan differs inside one output.</summary>
public sealed class GemmProgram : OperatorProgram
{
    internal GemmProgram(ImmutableArray<ProgramRegion> regions)
        : base(Print(regions)) => Regions = regions;

    /// <summary>The regions; they cover the output without overlap.</summary>
    public ImmutableArray<ProgramRegion> Regions { get; }

    /// <summary>The one program of a uniform plan, or null where regions differ.</summary>
    public ReductionProgram? Uniform => Regions.Length == 1 ? Regions[0].Program : null;

    /// <summary>The programs of some successive rows, numbered from 0.</summary>
    /// <param name="firstRow">First row, 0-based.</param>
    /// <param name="count">Rows.</param>
    /// <returns>The part of this program that covers them.</returns>
    public GemmProgram ForRows(int firstRow, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var regions = ImmutableArray.CreateBuilder<ProgramRegion>();
        foreach (ProgramRegion region in Regions)
        {
            int start = Math.Max(region.RowStart, firstRow);
            int end = Math.Min(region.RowStart + region.RowCount, firstRow + count);
            if (end > start)
                regions.Add(region with { RowStart = start - firstRow, RowCount = end - start });
        }

        bool uniform = regions.Count > 0 && regions.All(region => region.Program.Equals(regions[0].Program));
        return uniform
            ? new GemmProgram([new ProgramRegion(0, count, 0, regions.Max(region => region.ColumnStart + region.ColumnCount), regions[0].Program)])
            : new GemmProgram(regions.ToImmutable());
    }

    internal static GemmProgram From(GemmPlan plan, OperatorShape shape)
    {
        Check(plan, shape);
        ImmutableArray<EpilogueStep> epilogue = Epilogue(plan, shape.HasBias);
        if (plan.AllReduce is not { } allReduce)
        {
            ReductionChain? root = shape.Depth == 0 ? null : GemmLowering.Slices(plan, new IndexRange(0, shape.Depth));
            return Whole(shape, new ReductionProgram(shape.Depth, root, plan.Operand, plan.Operand, epilogue));
        }

        if (shape.Depth % allReduce.Ranks != 0 || shape.Depth == 0)
            throw new PlanNotSupportedException(plan.Text, $"K = {shape.Depth} is not divisible by {allReduce.Ranks} ranks; give a K above 0 that is");
        int share = shape.Depth / allReduce.Ranks;
        ImmutableArray<ReductionChain> partials = [.. Enumerable.Range(0, allReduce.Ranks).Select(rank =>
        {
            ReductionChain chain = GemmLowering.Slices(plan, new IndexRange(rank * share, share));
            return new ReductionChain(NumericFormat.Fp32, [chain], allReduce.Wire);
        })];
        return ByPartition(allReduce, shape, shape.Depth, plan.Operand, plan.Operand, partials, epilogue);
    }

    internal static GemmProgram ByPartition(
        AllReducePlan plan,
        OperatorShape shape,
        int depth,
        NumericFormat operandA,
        NumericFormat operandB,
        ImmutableArray<ReductionChain> partials,
        ImmutableArray<EpilogueStep> epilogue)
    {
        if (plan.Partitions == 1 || shape.Columns == 0 || shape.Rows == 0)
            return Whole(shape, new ReductionProgram(depth, plan.Combine(partials, 0), operandA, operandB, epilogue));
        long elements = (long)shape.Rows * shape.Columns;
        if (elements % plan.Pack != 0)
            throw new PlanNotSupportedException(plan.Text, $"a message of {shape.Rows} x {shape.Columns} elements does not divide into packs of {plan.Pack}; a kernel that moves whole packs does not run then");
        long packs = elements / plan.Pack;
        long size = (plan.Algorithm == AllReduceAlgorithm.Ring ? (packs + plan.Ranks - 1) / plan.Ranks : packs / plan.Ranks) * plan.Pack;
        var regions = ImmutableArray.CreateBuilder<ProgramRegion>();
        for (int partition = 0; partition < plan.Ranks; partition++)
        {
            long end = partition == plan.Ranks - 1 ? elements : Math.Min(elements, (partition + 1) * size);
            if (partition * size < end)
                AddRun(regions, partition * size, end, shape.Columns, new ReductionProgram(depth, plan.Combine(partials, partition), operandA, operandB, epilogue));
        }

        return regions.All(region => region.Program.Equals(regions[0].Program)) ? Whole(shape, regions[0].Program) : new GemmProgram(regions.ToImmutable());
    }

    /// <summary>A run of successive elements: the rest of a row, whole rows, the beginning of a row.</summary>
    private static void AddRun(ImmutableArray<ProgramRegion>.Builder regions, long start, long end, int columns, ReductionProgram program)
    {
        while (start < end)
        {
            (int row, int column) = ((int)(start / columns), (int)(start % columns));
            int rows = column == 0 && end - start >= columns ? (int)((end - start) / columns) : 1;
            int count = (int)Math.Min(columns - column, end - start);
            regions.Add(new ProgramRegion(row, rows, column, count, program));
            start += (long)rows * count;
        }
    }

    internal static GemmProgram Whole(OperatorShape shape, ReductionProgram program) => new([new ProgramRegion(0, shape.Rows, 0, shape.Columns, program)]);

    private static ImmutableArray<EpilogueStep> Epilogue(GemmPlan plan, bool hasBias)
    {
        var steps = ImmutableArray.CreateBuilder<EpilogueStep>();
        if (hasBias && plan.Bias == BiasPlacement.Fused)
            steps.Add(new EpilogueStep(EpilogueKind.Bias, NumericFormat.Fp32));
        steps.Add(new EpilogueStep(EpilogueKind.Round, plan.Output));
        if (hasBias && plan.Bias == BiasPlacement.Separate)
            steps.Add(new EpilogueStep(EpilogueKind.Bias, plan.Output));
        return steps.ToImmutable();
    }

    private static void Check(GemmPlan plan, OperatorShape shape)
    {
        PlanChecks.Shape(plan, shape);
        PlanChecks.Product(plan, plan, "");
        PlanChecks.Operand(plan, "operand", plan.Operand);
        PlanChecks.Staging(plan, "staging", plan.Staging);
        PlanChecks.Accumulator(plan, "merge_acc", plan.MergeAccumulator);
        PlanChecks.Activation(plan, "out", plan.Output);
        if (plan.StreamK > 0)
            throw new PlanNotSupportedException(
                plan.Text, $"stream_k={plan.StreamK}: stream-K cuts K at other places in each output tile, by tile M x N and CTA count; this version lowers plans whose cut is the same everywhere. Use split_k, or a map with one region a cut");
        if (plan.SliceK > 1 && (plan.Tile.K == 0 || plan.Tile.K % plan.SliceK != 0))
            throw new PlanNotSupportedException(plan.Text, $"slice_k={plan.SliceK} needs a tile K that it divides; got tile {plan.Tile}");
        if (plan.Residue == Residue.First && plan.Tile.K == 0)
            throw new PlanNotSupportedException(plan.Text, $"residue=first needs a tile K above 0; got tile {plan.Tile}");
        if (plan.Merge != MergeOrder.Atomic && plan.AtomicOrder != AtomicOrder.InOrder)
            throw new PlanNotSupportedException(plan.Text, $"atomic_order={plan.AtomicOrder} is given, but merge={PlanNames.Of(plan.Merge)} is not atomic; leave one out");
    }

    private static string Print(ImmutableArray<ProgramRegion> regions) => regions.Length == 1
        ? regions[0].Program.Text
        : "map{" + string.Join("; ", regions.Select(region => string.Create(
            CultureInfo.InvariantCulture,
            $"{region.RowStart}+{region.RowCount} x {region.ColumnStart}+{region.ColumnCount}: {region.Program.Text}"))) + "}";
}
