namespace PlanForensics.Attribution.Incidents;

/// <summary>A class of candidates, what it reproduced, and every name that was found to run its programs.</summary>
internal sealed class ComparedClass(CandidateClass candidates, SweepCounts counts)
{
    public CandidateClass Class { get; } = candidates;

    public SweepCounts Counts { get; } = counts;

    public HashSet<string> Members { get; } = [.. candidates.Members];

    public bool ReproducesEverything => Counts.Steps > 0 && Counts.LogitsEqual == Counts.Logits && Counts.TokensEqual == Counts.Steps;

    public double Share => Counts.Logits == 0 ? 0 : (double)Counts.LogitsEqual / Counts.Logits;
}
