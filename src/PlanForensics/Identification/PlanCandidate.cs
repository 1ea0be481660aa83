using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>A plan that may have made an operator's bits, and how to run it on the operator's inputs.</summary>
/// <param name="Name">The rule that gives the plan, for example <c>mlas.constant_b</c>.</param>
/// <param name="Plan">The plan's canonical text.</param>
/// <param name="Evaluate">Fills the output, row-major, binary32 values; called at most once.</param>
public sealed record PlanCandidate(string Name, string Plan, Action<Span<float>> Evaluate)
{
    /// <summary>Candidates of equal identity are one program; the plan's text unless set (for a matrix product: the lowered program's text).</summary>
    public string Identity { get; init; } = Plan;

    /// <summary>Candidates of equal order are counted as one plan by the verdict; <see cref="Identity"/> unless set. Orders that differ at most in the sign of a zero are equal here.</summary>
    public string Order { get => field ?? Identity; init; }

    /// <summary>Whether this is a negative control: an order that no engine runs. Where it too reproduces everything the data cannot tell orders apart.</summary>
    public bool IsControl { get; init; }

    /// <summary>Why the recorded bits do not settle this plan even where it reproduces all of them; null when they may. Such a plan's verdict is ambiguous.</summary>
    public string? Doubt { get; init; }

    /// <summary>Words that an engine's name holds when this rule is its own, in lower case; they only order equal candidates.</summary>
    public ImmutableArray<string> EngineWords { get; init; } = [];
}
