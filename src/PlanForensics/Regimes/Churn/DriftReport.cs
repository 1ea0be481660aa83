namespace PlanForensics.Regimes.Churn;

/// <summary>
/// Drift between requests of equal x (equal tokens, model and decode configuration). Steps are aligned by context length, and compared as long as the chosen tokens before them are
/// equal: after a flip the inputs differ.
/// </summary>
/// <param name="Classes">Classes of requests of equal x.</param>
/// <param name="Requests">Requests in them.</param>
/// <param name="BetweenReplicas">By regime, comparing requests that name different replicas only.</param>
/// <param name="BetweenRequests">By regime, comparing all requests, those of one replica or of an unnamed one too.</param>
/// <param name="Pairs">Between regimes, over all requests.</param>
public sealed record DriftReport(
    int Classes, int Requests, IReadOnlyList<DriftTally> BetweenReplicas, IReadOnlyList<DriftTally> BetweenRequests, IReadOnlyList<DriftPair> Pairs);
