namespace PlanForensics.Diffing;

/// <summary>The first step whose bits (or tokens) are known to differ, and where in it they begin to.</summary>
public sealed record FirstDivergence
{
    private FirstDivergence()
    {
    }

    /// <summary>Step index on side A.</summary>
    public required int StepIndexA { get; init; }

    /// <summary>Step index on side B.</summary>
    public required int StepIndexB { get; init; }

    /// <summary>The rank.</summary>
    public required int Rank { get; init; }

    /// <summary>The first divergent hidden state; null when none is known to differ.</summary>
    public required TracePoint? HiddenState { get; init; }

    /// <summary>The first divergent captured tensor; null when none is known to differ.</summary>
    public required TracePoint? CapturedTensor { get; init; }

    /// <summary>What <see cref="Element"/> is an element of: the captured tensor's place, or <c>logits</c>; null when no value is at hand.</summary>
    public required string? ElementOf { get; init; }

    /// <summary>The first element with different bits; null when no value is at hand.</summary>
    public required ElementDifference? Element { get; init; }

    /// <summary>Earlier steps whose bits the record does not decide, or that only one side recorded: the divergence may have begun there.</summary>
    public required int UndecidableStepsBefore { get; init; }

    /// <summary>The first divergent layer, by hidden states and captured tensors; -1 is the embedding. Null when neither names a layer.</summary>
    public int? Layer => (HiddenState?.Layer, CapturedTensor?.Layer) switch
    {
        ({ } hidden, { } captured) => Math.Min(hidden, captured),
        var (hidden, captured) => hidden ?? captured,
    };

    /// <summary>Step and place.</summary>
    /// <returns>For example <c>step 12, layer 2 down_proj</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"step {StepIndexA}, {(CapturedTensor ?? HiddenState)?.ToString() ?? (Element is null ? "place unknown" : "logits")}");

    internal static FirstDivergence Of(StepDiff step, int undecidableBefore)
    {
        TensorDiff? captured = step.CapturedTensors.FirstDivergentDiff;
        bool useLogits = step.CapturedTensors.FirstDivergent is null;
        return new FirstDivergence
        {
            StepIndexA = step.StepIndexA,
            StepIndexB = step.StepIndexB,
            Rank = step.Rank,
            HiddenState = step.HiddenStates.FirstDivergent,
            CapturedTensor = step.CapturedTensors.FirstDivergent,
            Element = useLogits ? step.LogitsDiff?.FirstBitDifference : captured?.FirstBitDifference,
            ElementOf = useLogits ? (step.LogitsDiff?.FirstBitDifference is null ? null : "logits")
                : captured is null ? null : step.CapturedTensors.FirstDivergent!.ToString(),
            UndecidableStepsBefore = undecidableBefore,
        };
    }
}
