using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Replays one recording under two plans, step by step side by side, and compares the residual stream after every layer and the logits.</summary>
/// <remarks>
/// Each side is replayed from its own recording, in its own states and batches, up to and including the first step at which the two recorded different tokens: after it the
/// inputs differ. Each side keeps its own keys and values, so that a step's drift holds that of the steps before it. A tensor is compared in the format in which both sides
/// store it (<see cref="TensorDiff"/>); where the formats differ both are widened to fp32, which is exact. One step of both sides is held in memory.
/// Bitwise: identical on every machine.
/// </remarks>
public static class LayerDrift
{
    /// <summary>Compares two plans.</summary>
    /// <param name="engine">The engine; with a memo it has most of both replays from the attribution before.</param>
    /// <param name="model">The recorded model.</param>
    /// <param name="a">Side A's recording.</param>
    /// <param name="planA">Side A's plans.</param>
    /// <param name="b">Side B's recording of the same request; side A's own where only plans differ.</param>
    /// <param name="planB">Side B's plans.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The drift.</returns>
    /// <exception cref="ContractReplayException">A recording cannot be replayed.</exception>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static LayerDriftResult Between(
        IReplayEngine engine, ReplayModel model, ExecutionContract a, PlanSchedule planA, ExecutionContract b, PlanSchedule planB, LayerDriftOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(planA);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(planB);
        options ??= new LayerDriftOptions();
        if (a.Request.EffectiveTokenIds is { } tokensA && b.Request.EffectiveTokenIds is { } tokensB && !tokensA.Equals(tokensB))
            throw new ContractReplayException(b.RequestId, $"saw other tokens than {a.RequestId}; give two recordings of one effective request");
        (int steps, string ending) = Extent(ContractTrajectory.Of(a), ContractTrajectory.Of(b), options.MaximumSteps);
        int layers = model.Configuration.LayerCount;
        var cells = new List<LayerDriftCell>();
        var left = new TensorValue?[layers];
        var right = new TensorValue?[layers];
        int done = 0;
        foreach ((ContractStep first, ContractStep second) in Replay(engine, model, a, planA, steps, left, cancellation).Zip(Replay(engine, model, b, planB, steps, right, cancellation)))
        {
            int index = first.State.StepIndex;
            for (int layer = 0; layer < layers; layer++)
                cells.Add(Cell(index, layer, left[layer]!, right[layer]!));
            cells.Add(Cell(index, layers, first.Observation.FullLogits!, second.Observation.FullLogits!));
            done++;
            progress?.Report(new AttributionProgress("layers", done, steps));
        }

        return new LayerDriftResult
        {
            RequestA = a.RequestId,
            RequestB = b.RequestId,
            PlanA = planA.Name,
            PlanB = planB.Name,
            LayerCount = layers,
            StepsReplayed = done,
            Ending = ending,
            Cells = cells.ToValueList(),
        };
    }

    private static (int Steps, string Ending) Extent(IReadOnlyList<TrajectoryStep> a, IReadOnlyList<TrajectoryStep> b, int maximum)
    {
        int both = Math.Min(a.Count, b.Count);
        for (int index = 0; index < both; index++)
        {
            (TrajectoryStep left, TrajectoryStep right) = (a[index], b[index]);
            if (index == maximum)
                return (index, FormattableString.Invariant($"the first {maximum} steps were compared, as asked; {both - index} more were recorded"));
            if ((left.Extent.FirstPosition, left.Extent.Rows) != (right.Extent.FirstPosition, right.Extent.Rows))
                return (index, FormattableString.Invariant($"step {left.Recorded.State.StepIndex} holds other tokens on the two sides: the prefill was cut into other chunks"));
            (int? tokenA, int? tokenB) = (left.Recorded.Observation.ChosenToken, right.Recorded.Observation.ChosenToken);
            if (tokenA is not null && tokenB is not null && tokenA != tokenB && index + 1 < both)
                return (index + 1, FormattableString.Invariant($"step {left.Recorded.State.StepIndex} chose different tokens: after it the inputs differ"));
        }

        return (both, FormattableString.Invariant($"all {both} steps that both sides recorded were compared"));
    }

    private static IEnumerable<ContractStep> Replay(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, PlanSchedule plan, int steps, TensorValue?[] outputs, CancellationToken cancellation) =>
        ContractReplay.Steps(engine, model, recorded, plan.PlanFor, new ContractReplayOptions { MaximumSteps = steps, Observer = output => Keep(output, outputs) }, cancellation);

    private static void Keep(OperatorOutput output, TensorValue?[] outputs)
    {
        if (output.Operator.Role == OperatorRole.MlpResidual)
            outputs[output.Operator.Layer] = TensorValue.FromRounded(output.Format, output.Values.Span, output.Rows, output.Rows == 0 ? 0 : output.Values.Length / output.Rows);
    }

    private static LayerDriftCell Cell(int step, int layer, TensorValue a, TensorValue b)
    {
        TensorDiff diff = a.Format == b.Format ? TensorDiff.Between(a, b) : TensorDiff.Between(Widen(a), Widen(b));
        return new LayerDriftCell(
            step, layer, diff.ElementCount, diff.BitsDifferentCount, diff.OverAll?.P50 ?? 0, diff.IncomparableCount > 0 ? UlpDistance.Incomparable : diff.MaxUlps);
    }

    private static TensorValue Widen(TensorValue value) => value.Format == NumericFormat.Fp32 ? value : TensorValue.FromFp32(value.ToFp32(), value.Shape);
}
