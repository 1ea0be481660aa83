namespace PlanForensics.Identification;

/// <summary>Plans that may have made a recorded operator's bits, for one kind of operator.</summary>
public interface ICandidateSource
{
    /// <summary>Whether this source knows the operator.</summary>
    /// <param name="recorded">The operator; its output is not to be read here.</param>
    /// <returns>True when <see cref="Candidates"/> has something to say.</returns>
    bool Handles(RecordedOperator recorded);

    /// <summary>All plans that compete, negative controls among them. The output's bits are not read: a candidate is a rule's answer to the operator's keys.</summary>
    /// <param name="recorded">The operator.</param>
    /// <returns>Candidates; made one after the other, so that a caller can stop.</returns>
    IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded);

    /// <summary>Plans built from the recorded bits, asked for only when none of <see cref="Candidates"/> reproduces every element.</summary>
    /// <param name="recorded">The operator.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Further candidates; none by default.</returns>
    IEnumerable<PlanCandidate> Recovered(RecordedOperator recorded, CancellationToken cancellation) => [];
}
