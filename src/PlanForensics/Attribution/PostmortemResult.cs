using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Attribution;

/// <summary>Why two executions of one request gave different tokens or bits. Data only; reports print it.</summary>
public sealed record PostmortemResult
{
    internal PostmortemResult()
    {
    }

    /// <summary>The verdict.</summary>
    public required PostmortemState State { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>What limits it, in words.</summary>
    public required ValueList<string> Caveats { get; init; }

    /// <summary>Requests, steps, first divergence, flip.</summary>
    public required TraceDiff Diff { get; init; }

    /// <summary>The effective requests compared: x first.</summary>
    public RequestComparison Request => Diff.Request;

    /// <summary>Where bits first differ; null when none are known to.</summary>
    public FirstDivergence? FirstDivergence => Diff.FirstDivergence;

    /// <summary>The first token flip; null when all recorded tokens are equal.</summary>
    public TokenFlip? Flip => Diff.FirstFlip;

    /// <summary>Which class made side A's bits; null when plans were not asked.</summary>
    public AttributionVerdict? SideA { get; init; }

    /// <summary>Which class made side B's bits; null when plans were not asked.</summary>
    public AttributionVerdict? SideB { get; init; }

    /// <summary>Which operators make the difference; null when not both sides were explained.</summary>
    public BisectionResult? Bisection { get; init; }

    /// <summary>The cheapest pin that removes the flip; null when there was no flip, or its operators were not found.</summary>
    public PinResult? Pin { get; init; }
}
