namespace PlanForensics.Probing;

/// <summary>Measures l(i, j): the number of terms under the node where two terms meet.</summary>
internal interface IPairMeter
{
    /// <summary>Number of terms.</summary>
    int Terms { get; }

    /// <summary>Measures pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="leaves">Receives l for each; -1 where the answer was no whole number of units.</param>
    void Measure(ReadOnlySpan<TermPair> pairs, Span<int> leaves);
}
