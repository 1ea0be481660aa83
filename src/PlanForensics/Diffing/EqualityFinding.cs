namespace PlanForensics.Diffing;

/// <summary>The outcome of one comparison, and what it rests on.</summary>
public sealed record EqualityFinding
{
    internal EqualityFinding(Equality state, string because)
    {
        State = state;
        Because = because;
    }

    /// <summary>Equal, different, or undecidable.</summary>
    public Equality State { get; }

    /// <summary>The evidence (<c>token ids</c>, <c>sha256 of the logits</c>); for an undecidable comparison what is missing, and what would tell.</summary>
    public string Because { get; }

    /// <summary>Whether the sides are known to be equal.</summary>
    public bool IsEqual => State == Equality.Equal;

    /// <summary>Whether the sides are known to differ.</summary>
    public bool IsDifferent => State == Equality.Different;

    /// <summary>Whether the record does not tell.</summary>
    public bool IsUndecidable => State == Equality.Undecidable;

    /// <summary>State and evidence.</summary>
    /// <returns>For example <c>different (token ids)</c>.</returns>
    public override string ToString() => $"{State.ToString().ToLowerInvariant()} ({Because})";

    internal static EqualityFinding Of(bool equal, string because) => new(equal ? Equality.Equal : Equality.Different, because);

    internal static EqualityFinding Undecidable(string because) => new(Equality.Undecidable, because);
}
