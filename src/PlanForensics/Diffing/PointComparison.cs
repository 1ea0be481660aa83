using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>The points inside a step (hidden states or captured tensors) compared in the order in which side A recorded them.</summary>
public sealed record PointComparison
{
    internal PointComparison()
    {
    }

    /// <summary>Different when a point differs; equal when every point that both sides recorded is; undecidable when there is none.</summary>
    public required EqualityFinding Finding { get; init; }

    /// <summary>Points that could be compared.</summary>
    public required int ComparedCount { get; init; }

    /// <summary>Compared points that differ.</summary>
    public required int DifferentCount { get; init; }

    /// <summary>Points that only one side recorded, or that were recorded in ways that do not compare.</summary>
    public required int UndecidableCount { get; init; }

    /// <summary>The first point that differs; null when none does.</summary>
    public TracePoint? FirstDivergent { get; init; }

    /// <summary>The last compared point before <see cref="FirstDivergent"/>; it is equal. Null when there is none.</summary>
    public TracePoint? LastEqual { get; init; }

    /// <summary>Points of side A between these two that could not be compared: the divergence may have begun in one of them.</summary>
    public int UndecidableBeforeFirst { get; init; }

    /// <summary>What differs at <see cref="FirstDivergent"/>; null where only hashes were recorded.</summary>
    public TensorDiff? FirstDivergentDiff { get; init; }

    internal static PointComparison OfHiddenStates(StepObservation a, StepObservation b) => Of(
        "hidden-state hashes", a.HiddenStateHashes, b.HiddenStateHashes, static hash => new TracePoint(hash.Layer, hash.Point), CompareHashes);

    internal static PointComparison OfCapturedTensors(StepObservation a, StepObservation b) => Of(
        "captured tensors", a.CapturedTensors, b.CapturedTensors, static tensor => new TracePoint(tensor.Layer, tensor.Name),
        static (x, y) => TensorComparison.Of(x.Tensor, y.Tensor));

    private static TensorComparison CompareHashes(HiddenStateHash a, HiddenStateHash b) => a.Format is { } x && b.Format is { } y && x != y
        ? new TensorComparison(TensorComparison.FormatsDiffer(x, y), null)
        : new TensorComparison(EqualityFinding.Of(a.Sha256 == b.Sha256, "sha256"), null);

    private static PointComparison Of<T>(
        string what, ValueList<T>? a, ValueList<T>? b, Func<T, TracePoint> pointOf, Func<T, T, TensorComparison> compare)
        where T : class
    {
        Dictionary<(TracePoint Point, int Occurrence), T> theirs = Numbered(b, pointOf).ToDictionary(entry => entry.Key, entry => entry.Item);
        int compared = 0;
        int different = 0;
        int matched = 0;
        int undecidableSinceCompared = 0;
        PointComparison first = Empty;
        TracePoint? previous = null;
        foreach (((TracePoint point, int occurrence), T mine) in Numbered(a, pointOf))
        {
            TensorComparison? result = theirs.TryGetValue((point, occurrence), out T? other) ? compare(mine, other) : null;
            matched += result is null ? 0 : 1;
            if (result is null || result.Finding.IsUndecidable)
            {
                undecidableSinceCompared++;
                continue;
            }

            compared++;
            if (result.Finding.IsDifferent && different++ == 0)
            {
                first = first with
                {
                    FirstDivergent = point,
                    LastEqual = previous,
                    UndecidableBeforeFirst = undecidableSinceCompared,
                    FirstDivergentDiff = result.Diff,
                };
            }

            previous = point;
            undecidableSinceCompared = 0;
        }

        int undecidable = (a?.Count ?? 0) - compared + ((b?.Count ?? 0) - matched);
        return first with
        {
            Finding = Conclude(what, a is not null, b is not null, compared, different),
            ComparedCount = compared,
            DifferentCount = different,
            UndecidableCount = undecidable,
        };
    }

    private static PointComparison Empty => new()
    {
        Finding = EqualityFinding.Undecidable("nothing recorded"),
        ComparedCount = 0,
        DifferentCount = 0,
        UndecidableCount = 0,
    };

    private static EqualityFinding Conclude(string what, bool onA, bool onB, int compared, int different) => (compared, onA, onB) switch
    {
        ( > 0, _, _) => EqualityFinding.Of(different == 0, $"{what}: {compared} compared, {different} differ"),
        (_, true, true) => EqualityFinding.Undecidable($"the {what} have no point in common that compares; record the same points in one format"),
        _ => EqualityFinding.Undecidable(Missing.Text(what, onA, onB)),
    };

    private static IEnumerable<((TracePoint Point, int Occurrence) Key, T Item)> Numbered<T>(ValueList<T>? items, Func<T, TracePoint> pointOf)
    {
        Dictionary<TracePoint, int> seen = [];
        foreach (T item in items ?? [])
        {
            TracePoint point = pointOf(item);
            int occurrence = seen.GetValueOrDefault(point);
            seen[point] = occurrence + 1;
            yield return ((point, occurrence), item);
        }
    }
}
