using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Diffing;

/// <summary>What differs between two executions of one step. Side A comes first; what was not recorded is undecidable or null, never guessed.</summary>
/// <remarks>Bitwise: identical on every machine.</remarks>
public sealed record StepDiff
{
    internal StepDiff()
    {
    }

    /// <summary>Step index on side A.</summary>
    public required int StepIndexA { get; init; }

    /// <summary>Step index on side B; another one where the two sides cut the prefill into other chunks.</summary>
    public required int StepIndexB { get; init; }

    /// <summary>The rank on side A.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether the step had equal inputs: the prompt and every token chosen before. Undecidable unless a <see cref="TraceDiff"/> found out.</summary>
    public required EqualityFinding Inputs { get; init; }

    /// <summary>Whether both sides chose the same token.</summary>
    public required EqualityFinding Tokens { get; init; }

    /// <summary>The token chosen on side A; null when none was recorded.</summary>
    public required int? TokenA { get; init; }

    /// <summary>The token chosen on side B; null when none was recorded.</summary>
    public required int? TokenB { get; init; }

    /// <summary>Whether all logits have equal bits.</summary>
    public required EqualityFinding Logits { get; init; }

    /// <summary>What differs between the logits; null unless both sides recorded them in full.</summary>
    public required TensorDiff? LogitsDiff { get; init; }

    /// <summary>The margin on side A; null when fewer than two logits were recorded.</summary>
    public required LogitMargin? MarginA { get; init; }

    /// <summary>The margin on side B; null when fewer than two logits were recorded.</summary>
    public required LogitMargin? MarginB { get; init; }

    /// <summary>The hidden states, by their hashes.</summary>
    public required PointComparison HiddenStates { get; init; }

    /// <summary>The captured tensors, by value or by hash.</summary>
    public required PointComparison CapturedTensors { get; init; }

    /// <summary>The flip; null unless both sides recorded a token and the two differ.</summary>
    public required TokenFlip? Flip { get; init; }

    /// <summary>Different when logits, hidden states or captured tensors have different bits anywhere; equal when none that could be compared
    /// has; undecidable when none could be compared. The chosen token is not part of it.</summary>
    public EqualityFinding Bits
    {
        get
        {
            EqualityFinding[] findings = [Logits, HiddenStates.Finding, CapturedTensors.Finding];
            return findings.FirstOrDefault(finding => finding.IsDifferent) ?? findings.FirstOrDefault(finding => finding.IsEqual) ?? Logits;
        }
    }

    /// <summary>Compares two executions of one step.</summary>
    /// <param name="a">Side A.</param>
    /// <param name="b">Side B.</param>
    /// <param name="tie">Which token wins at equal logits; decides the order of the two tokens of a margin.</param>
    /// <returns>The difference.</returns>
    /// <exception cref="ArgumentNullException">A step is null.</exception>
    public static StepDiff Between(ContractStep a, ContractStep b, TieRule tie = TieRule.First)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        StepObservation x = a.Observation;
        StepObservation y = b.Observation;
        EqualityFinding tokens = TokenComparison.Of(a, b);
        TensorComparison logits = LogitComparison.Of(x, y);
        LogitMargin? marginA = LogitMargin.Of(x, tie);
        LogitMargin? marginB = LogitMargin.Of(y, tie);
        return new StepDiff
        {
            StepIndexA = a.State.StepIndex,
            StepIndexB = b.State.StepIndex,
            Rank = a.State.Rank,
            Inputs = EqualityFinding.Undecidable("a step alone does not tell its inputs; compare the traces"),
            Tokens = tokens,
            TokenA = x.ChosenToken,
            TokenB = y.ChosenToken,
            Logits = logits.Finding,
            LogitsDiff = logits.Diff,
            MarginA = marginA,
            MarginB = marginB,
            HiddenStates = PointComparison.OfHiddenStates(x, y),
            CapturedTensors = PointComparison.OfCapturedTensors(x, y),
            Flip = tokens.IsDifferent ? TokenFlip.Of(a, b, marginA, marginB) : null,
        };
    }
}
