using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>A step with its model: what operators need beside the values that they read.</summary>
internal sealed class StepContext
{
    public StepContext(ReplayModel model, ReplayStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        (Model, Step) = (model, step);
        var rows = new List<(ReplaySequence, int)>();
        foreach (SequenceTokens entry in step.Batch)
        {
            if (entry.Tokens.Length == 0)
                throw new ArgumentException("a sequence gives at least one token to a step", nameof(step));
            if (entry.Sequence.Position + entry.Tokens.Length > Configuration.ContextLength)
                throw new ArgumentException($"position {entry.Sequence.Position + entry.Tokens.Length - 1} lies outside the model's context of {Configuration.ContextLength}", nameof(step));
            for (int offset = 0; offset < entry.Tokens.Length; offset++)
                rows.Add((entry.Sequence, entry.Sequence.Position + offset));
            LastPosition = Math.Max(LastPosition, entry.Sequence.Position + entry.Tokens.Length - 1);
        }

        Rows = rows;
    }

    public ReplayModel Model { get; }

    public ReplayStep Step { get; }

    public ModelConfiguration Configuration => Model.Configuration;

    /// <summary>The sequence and the position of each row, in batch order.</summary>
    public IReadOnlyList<(ReplaySequence Sequence, int Position)> Rows { get; }

    /// <summary>The largest position of a row.</summary>
    public int LastPosition { get; }

    public OperatorPlan PlanOf(DecoderOperator node) => Step.Plan.GetPlan(Step.Phase, node.Layer, node.Role);

    /// <summary>The last row of each sequence.</summary>
    public int[] LastRows()
    {
        int[] last = new int[Step.Batch.Count];
        int end = 0;
        for (int index = 0; index < last.Length; index++)
        {
            end += Step.Batch[index].Tokens.Length;
            last[index] = end - 1;
        }

        return last;
    }
}
