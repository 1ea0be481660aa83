namespace PlanForensics.Diffing;

/// <summary>One part of two effective requests, compared.</summary>
public sealed record RequestFieldComparison
{
    internal RequestFieldComparison(string field, RequestFieldEffect effect, EqualityFinding finding, string? a, string? b)
    {
        Field = field;
        Effect = effect;
        Finding = finding;
        A = a;
        B = b;
    }

    /// <summary>The field as JSON names it, with a path: <c>decode.temperature</c>, <c>shaping_events[1].kind</c>.</summary>
    public string Field { get; }

    /// <summary>What the field can change.</summary>
    public RequestFieldEffect Effect { get; }

    /// <summary>Equal, different, or undecidable with what would tell.</summary>
    public EqualityFinding Finding { get; }

    /// <summary>The value on side A; null when side A did not record it. Long texts are cut to the place where they begin to differ.</summary>
    public string? A { get; }

    /// <summary>The value on side B; null when side B did not record it.</summary>
    public string? B { get; }

    /// <summary>Field, both values and the finding.</summary>
    /// <returns>For example <c>decode.temperature: 0 and 0.7, different (recorded values)</c>.</returns>
    public override string ToString() => $"{Field}: {A ?? "not recorded"} and {B ?? "not recorded"}, {Finding}";
}
