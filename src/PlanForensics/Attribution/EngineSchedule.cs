using System.Collections.Concurrent;
using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;

namespace PlanForensics.Attribution;

/// <summary>A decoder whose matrix products a library computes: from a step's recorded shape to what the library runs at that shape.</summary>
/// <remarks>
/// Projections multiply all rows of the step's batch at once, the head one row a request; row by row, each call has one row. Where the library treats rows differently the request's own row decides, so that the plan
/// holds whatever batch is around it. The library gives fp32; each product is then rounded to the format that the surrounding plan says. May be shared by threads.
/// </remarks>
public sealed class EngineSchedule
{
    private readonly IGemmFamily _family;
    private readonly DecoderOperator[] _products;
    private readonly ExecutionPlan _around;
    private readonly int _threads;
    private readonly bool _rowByRow;
    private readonly ConcurrentDictionary<Extent, ExecutionPlan> _plans = new();
    private readonly ConcurrentDictionary<GemmKey, OperatorPlan> _decided = new();

    /// <summary>Creates a schedule.</summary>
    /// <param name="family">The library's rule.</param>
    /// <param name="graph">The decoder.</param>
    /// <param name="around">The plan of everything else; its products say the formats in which the library's results are stored.</param>
    /// <param name="threads">Threads of the library, at least 1.</param>
    /// <param name="rowByRow">Whether each call multiplies one row only, as a server does that is pinned.</param>
    public EngineSchedule(IGemmFamily family, DecoderGraph graph, ExecutionPlan around, int threads = 1, bool rowByRow = false)
    {
        ArgumentNullException.ThrowIfNull(family);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(around);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (_family, _around, _threads, _rowByRow) = (family, around, threads, rowByRow);
        _products = [.. graph.Operators.Where(node => node.IsGemm).DistinctBy(node => node.Role)];
    }

    /// <summary>Name in reports, for example <c>openblas.haswell.sgemm, 1 thread, row by row</c>.</summary>
    public string Name => FormattableString.Invariant($"{_family.Name}, {_threads} thread{(_threads == 1 ? "" : "s")}{(_rowByRow ? ", row by row" : "")}");

    /// <summary>The plan of a step.</summary>
    /// <param name="state">The step's state: its shape, its batch and the request's first row in it are read.</param>
    /// <returns>The plan; the same object for the same shape.</returns>
    /// <exception cref="PlanNotSupportedException">The library's rule declines a shape, or depends on what the state does not say.</exception>
    public ExecutionPlan PlanFor(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        int rows = ShapeBucketDispatcher.RowsOf(state) ?? throw Unsaid(state, "padded_batch, batch_tokens or batch_size", "how many rows its batch had");
        int heads = state.Shape.QueryLength == 1 && state.PaddedBatch is { } padded ? padded : state.BatchSize ?? (state.Shape.QueryLength == 1 ? rows : 1);
        int? first = rows == state.Shape.QueryLength ? 0 : state.FirstRow ?? (rows == heads ? state.BatchIndex : null);
        int? head = heads == 1 ? 0 : state.BatchIndex ?? (heads == rows ? first : null);
        return _plans.GetOrAdd(new Extent((ExecutionPhase)(int)state.Phase, rows, first, state.Shape.QueryLength, heads, head), extent => Make(extent, state));
    }

    /// <summary>The schedule under its <see cref="Name"/>, or another.</summary>
    /// <param name="name">The name; null for the own.</param>
    /// <returns>The schedule.</returns>
    public PlanSchedule ToSchedule(string? name = null) => new(name ?? Name, PlanFor);

    /// <summary>What a library is asked: weights lie as a linear layer's do, and do not change.</summary>
    internal static GemmKey KeyOf(int rows, DecoderOperator node, int threads) =>
        new(rows, node.N!.Value, node.K!.Value) { Threads = threads, WeightsTransposed = true, ConstantWeights = true };

    private ExecutionPlan Make(Extent extent, StepState state) =>
        _around.With(_products.Select(node => new PlanRule(null, null, node.Role, Product(node, extent, state))));

    private OperatorPlan Product(DecoderOperator node, Extent extent, StepState state)
    {
        bool isHead = node.Role == OperatorRole.LmHead;
        int rows = _rowByRow ? 1 : isHead ? extent.HeadRows : extent.Rows;
        OperatorPlan around = _around.GetPlan(extent.Phase, node.Layer, node.Role);
        NumericFormat output = ((GemmProgram)around.Lower(new OperatorShape(1, node.N!.Value, node.K!.Value, node.HasBias))).Regions[0].Program.Output;
        OperatorPlan plan = EngineOutput.In(Decide(KeyOf(rows, node, _threads)), output, node.HasBias);
        if (plan is not PlanMap map || rows == 1)
            return plan;
        int? first = isHead ? extent.FirstHeadRow : extent.FirstRow;
        int count = isHead ? 1 : extent.OwnRows;
        if (first is { } known)
            return map.ForRows(known, count) ?? plan;
        return map.ForRows(0, rows) ?? throw Unsaid(state, isHead ? "batch_index" : "first_row", isHead ? "which row of the head was this request's" : "which rows of the batch were this request's");
    }

    private OperatorPlan Decide(GemmKey key) => _decided.GetOrAdd(key, asked =>
    {
        PlanDecision decision = _family.PlanFor(asked);
        return decision.Plan ?? throw new PlanNotSupportedException(_family.Name, FormattableString.Invariant($"M = {asked.M}, N = {asked.N}, K = {asked.K}: {decision.Reason}"));
    });

    private PlanNotSupportedException Unsaid(StepState state, string fields, string what) =>
        new(_family.Name, FormattableString.Invariant($"step {state.StepIndex} does not record {fields}: {what} cannot be said, and the library's order depends on it"));

    private readonly record struct Extent(ExecutionPhase Phase, int Rows, int? FirstRow, int OwnRows, int HeadRows, int? FirstHeadRow);
}
