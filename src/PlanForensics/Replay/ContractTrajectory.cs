using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>The steps of a recorded request as a replay runs them: rank 0, one after the other from position 0; a cached prefix is recomputed.</summary>
public static class ContractTrajectory
{
    /// <summary>Lists the steps.</summary>
    /// <param name="recorded">The recorded contract.</param>
    /// <param name="maximumSteps">Steps at most; null for all.</param>
    /// <returns>The steps, in order.</returns>
    /// <exception cref="ContractReplayException">Steps between two recorded ones are missing.</exception>
    public static IReadOnlyList<TrajectoryStep> Of(ExecutionContract recorded, int? maximumSteps = null)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var steps = new List<TrajectoryStep>();
        int position = 0;
        foreach (ContractStep step in recorded.Steps.Where(step => step.State.Rank == 0))
        {
            if (steps.Count >= maximumSteps)
                break;
            StepShape shape = step.State.Shape;
            int first = steps.Count == 0 ? 0 : shape.KeyLength - shape.QueryLength;
            if (first != position)
                throw new ContractReplayException(
                    recorded.RequestId, $"step {step.State.StepIndex} starts at position {first}, the replay is at {position}: steps between them were not recorded (dropped steps: {recorded.DroppedSteps ?? 0})");
            int rows = shape.KeyLength - first;
            int batchRows = step.State.BatchTokens ?? (step.State.BatchSize ?? 1) * rows;
            int firstRow = step.State.FirstRow ?? 0;
            steps.Add(new TrajectoryStep(
                step, (ExecutionPhase)(int)step.State.Phase, new StepExtent(rows, first, Math.Max(batchRows, firstRow + rows), firstRow, step.State.BatchIndex)));
            position = shape.KeyLength;
        }

        return steps;
    }
}
