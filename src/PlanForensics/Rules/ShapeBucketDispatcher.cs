using System.Collections.Immutable;
using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Rules;

/// <summary>The commonest rule of serving stacks: the number of rows of a step picks its plan.</summary>
public sealed class ShapeBucketDispatcher
{
    /// <summary>Creates a dispatcher.</summary>
    /// <param name="buckets">Buckets by ascending rows; only the last is unbounded.</param>
    /// <exception cref="ArgumentException">Buckets are missing, out of order, or the last one is bounded.</exception>
    public ShapeBucketDispatcher(params ImmutableArray<ShapeBucket> buckets)
    {
        if (buckets.IsDefaultOrEmpty || buckets[^1].MaximumRows is not null)
            throw new ArgumentException("the last bucket takes all remaining rows: give it no maximum", nameof(buckets));
        for (int index = 0; index + 1 < buckets.Length; index++)
            if (buckets[index].MaximumRows is not { } rows || rows < 1 || (index > 0 && rows <= buckets[index - 1].MaximumRows))
                throw new ArgumentException($"bucket {index}: maximum rows ascend from 1; got {buckets[index].MaximumRows?.ToString() ?? "none"}", nameof(buckets));
        Buckets = buckets;
    }

    /// <summary>The buckets.</summary>
    public ImmutableArray<ShapeBucket> Buckets { get; }

    /// <summary>The plan for a number of rows.</summary>
    /// <param name="rows">M, at least 1.</param>
    /// <returns>The plan of the first bucket that takes it.</returns>
    public ExecutionPlan PlanFor(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        foreach (ShapeBucket bucket in Buckets)
            if (bucket.MaximumRows is not { } limit || rows <= limit)
                return bucket.Plan;
        throw new InvalidOperationException("the last bucket takes all rows");
    }

    /// <summary>The plan for a recorded step: by the padded batch where there is one, else the tokens of the batch, else batch size times query length.</summary>
    /// <param name="state">The step's state.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanNotSupportedException">The state records neither: which plan ran cannot be said.</exception>
    public ExecutionPlan PlanFor(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return PlanFor(RowsOf(state) ?? throw new PlanNotSupportedException(
            "shape buckets", $"step {state.StepIndex} records no padded batch, batch tokens or batch size; record one of them"));
    }

    /// <summary>Rows of a recorded step, M of its projections: the padded batch times the query length where there is one, else the tokens of the batch, else batch size times query length.</summary>
    /// <param name="state">The step's state.</param>
    /// <returns>The rows; null when none of them is recorded.</returns>
    public static int? RowsOf(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.PaddedBatch * state.Shape.QueryLength ?? state.BatchTokens ?? state.BatchSize * state.Shape.QueryLength;
    }
}
