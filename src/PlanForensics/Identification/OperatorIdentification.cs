using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>Names the plan that made a recorded operator's bits: every candidate runs on the recorded inputs, and its bits are compared with the recorded ones.</summary>
/// <remarks>
/// All rules that fit the operator compete, whatever the record calls its engine: that name only orders plans of one winning class. Elements count as reproduced when all
/// their bits are equal, or both are NaN. Bitwise: identical on every machine.
/// </remarks>
public sealed class OperatorIdentification
{
    private readonly ImmutableArray<ICandidateSource> _sources;

    /// <summary>Creates an identification.</summary>
    /// <param name="sources">One for each kind of operator; all that handle an operator are asked.</param>
    public OperatorIdentification(ImmutableArray<ICandidateSource> sources) => _sources = sources.IsDefault ? [] : sources;

    /// <summary>All rules that this library knows.</summary>
    public static OperatorIdentification Default { get; } = new(CandidateSources.All);

    /// <summary>Names the plan of one operator.</summary>
    /// <param name="recorded">The operator.</param>
    /// <param name="cancellation">Cancels between candidates.</param>
    /// <returns>The verdict and the plans. Pure: the same for the same record.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IdentificationResult Identify(RecordedOperator recorded, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ICandidateSource[] sources = [.. _sources.Where(source => source.Handles(recorded))];
        var score = new CandidateScore(recorded);
        foreach (ICandidateSource source in sources)
            score.Add(source.Candidates(recorded), cancellation);
        if (!score.Explained)
            foreach (ICandidateSource source in sources)
                score.Add(source.Recovered(recorded, cancellation), cancellation);
        return sources.Length == 0
            ? new IdentificationResult
            {
                Name = recorded.Name, Verdict = IdentificationVerdict.Unexplained, Elements = recorded.Output.ElementCount, Reason = $"no rule is known for the operator {recorded.Operation}, or what is recorded of it does not fit one",
            }
            : score.Result();
    }
}
