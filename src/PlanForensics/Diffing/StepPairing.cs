using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Pairs the steps of two contracts.</summary>
internal sealed record StepPairing(StepAlignment Alignment, IReadOnlyList<StepPair> Pairs)
{
    public static StepPairing Of(ExecutionContract a, ExecutionContract b)
    {
        StepAlignment alignment = AlignsByContext(a, b) ? StepAlignment.ContextLength : StepAlignment.StepIndex;
        Func<ContractStep, (int Position, int Rank)> key = alignment == StepAlignment.ContextLength
            ? static step => (step.State.Shape.KeyLength, step.State.Rank)
            : static step => (step.State.StepIndex, step.State.Rank);
        SortedDictionary<(int Position, int Rank), StepPair> pairs = [];
        foreach (ContractStep step in a.Steps)
            pairs[key(step)] = new StepPair(key(step).Position, step, null);
        foreach (ContractStep step in b.Steps)
            pairs[key(step)] = pairs.TryGetValue(key(step), out StepPair? pair) ? pair with { B = step } : new StepPair(key(step).Position, null, step);
        return new StepPairing(alignment, [.. pairs.Values]);
    }

    // Context lengths identify steps only when they grow on both sides and the first chosen token stands at the same one.
    private static bool AlignsByContext(ExecutionContract a, ExecutionContract b) =>
        Grows(a) && Grows(b) && FirstChoice(a) is { } first && first == FirstChoice(b);

    private static bool Grows(ExecutionContract contract) => contract.Steps.GroupBy(step => step.State.Rank)
        .All(static rank => rank.Zip(rank.Skip(1)).All(static pair => pair.First.State.Shape.KeyLength < pair.Second.State.Shape.KeyLength));

    private static int? FirstChoice(ExecutionContract contract) =>
        contract.Steps.FirstOrDefault(static step => step.Observation.ChosenToken is not null || step.Observation.ChosenTokenHash is not null)
            ?.State.Shape.KeyLength;
}
