using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Compares the logits of two steps: in full, or by hash.</summary>
internal static class LogitComparison
{
    public static TensorComparison Of(StepObservation a, StepObservation b)
    {
        if (a.FullLogits is { } left && b.FullLogits is { } right)
        {
            // Recorders write [vocabulary], [1, vocabulary] or [1, 1, vocabulary].
            return TensorShapes.AreAlike(left.Shape, right.Shape)
                ? TensorComparison.OfValues(left, right)
                : new(EqualityFinding.Of(false, $"{left.ElementCount} and {right.ElementCount} logits"), null);
        }

        if (a.LogitsHash is not { } hashA || b.LogitsHash is not { } hashB)
        {
            string missing = Missing.Text("logits or their hash", a.LogitsHash is not null, b.LogitsHash is not null);
            return ByTopLogits(a, b) ?? new(EqualityFinding.Undecidable(missing), null);
        }

        return a.LogitsFormatOrNull is { } x && b.LogitsFormatOrNull is { } y && x != y
            ? new(TensorComparison.FormatsDiffer(x, y), null)
            : new(EqualityFinding.Of(hashA == hashB, "sha256 of the logits"), null);
    }

    // A few logits can show that the bits differ, never that they are equal.
    private static TensorComparison? ByTopLogits(StepObservation a, StepObservation b)
    {
        foreach (RecordedLogit mine in LogitOrder.Recorded(a))
            if (LogitOrder.Find(b, mine.Token) is { } theirs && theirs.Format == mine.Format && theirs.Bits != mine.Bits)
                return new(EqualityFinding.Of(false, $"the recorded logit of token {mine.Token}"), null);
        return null;
    }
}
