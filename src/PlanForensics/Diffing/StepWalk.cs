using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Diffing;

/// <summary>Compares paired steps in order, keeping track of what is known about their inputs.</summary>
internal sealed class StepWalk(RequestComparison request, TieRule tie, ContractRedaction? key)
{
    private EqualityFinding _inputs = request.Tokens.Finding;
    private int _undecidableSoFar;

    public List<StepDiff> Steps { get; } = [];

    public List<int> OnlyInA { get; } = [];

    public List<int> OnlyInB { get; } = [];

    public int SeenA { get; private set; }

    public int SeenB { get; private set; }

    public int BeyondEndOfA { get; private set; }

    public int BeyondEndOfB { get; private set; }

    public FirstDivergence? FirstDivergence { get; private set; }

    public string Ending { get; private set; } = "no step was compared: the token sequences of the two requests differ";

    public void Run(IReadOnlyList<StepPair> pairs)
    {
        int lastA = LastPosition(pairs, static pair => pair.A);
        int lastB = LastPosition(pairs, static pair => pair.B);
        foreach (IGrouping<int, StepPair> step in pairs.GroupBy(static pair => pair.Position))
        {
            EqualityFinding inputs = _inputs;
            foreach (StepPair pair in step)
                Take(pair, inputs, beyondA: step.Key > lastA, beyondB: step.Key > lastB);
            if (Steps.FirstOrDefault(static diff => diff.Flip is not null)?.Flip is { } flip)
            {
                Ending = FormattableString.Invariant($"token flip at step {flip.StepIndexA}: the inputs of later steps differ, so they are not compared");
                return;
            }
        }

        Ending = BeyondEndOfA > 0 ? "side A ended first; no pair of recorded tokens differs"
            : BeyondEndOfB > 0 ? "side B ended first; no pair of recorded tokens differs"
            : "both sides ended; no pair of recorded tokens differs";
    }

    private static int LastPosition(IReadOnlyList<StepPair> pairs, Func<StepPair, ContractStep?> side) =>
        pairs.Where(pair => side(pair) is not null).Select(static pair => pair.Position).DefaultIfEmpty(int.MinValue).Max();

    private void Take(StepPair pair, EqualityFinding inputs, bool beyondA, bool beyondB)
    {
        SeenA += pair.A is null ? 0 : 1;
        SeenB += pair.B is null ? 0 : 1;
        if (pair is { A: { } a, B: { } b })
        {
            Compare(a, b, inputs);
            return;
        }

        BeyondEndOfA += beyondA ? 1 : 0;
        BeyondEndOfB += beyondB ? 1 : 0;
        if (!beyondA && !beyondB)
            Skip(pair);
    }

    private void Skip(StepPair pair)
    {
        ContractStep only = (pair.A ?? pair.B)!;
        (pair.A is null ? OnlyInB : OnlyInA).Add(only.State.StepIndex);
        _undecidableSoFar++;
        if (ChoseToken(only) && _inputs.IsEqual)
            _inputs = EqualityFinding.Undecidable(FormattableString.Invariant($"only one side recorded step {only.State.StepIndex}"));
    }

    private void Compare(ContractStep a, ContractStep b, EqualityFinding inputs)
    {
        if (key is not null && (a.Observation.ChosenToken is null) != (b.Observation.ChosenToken is null))
            (a, b) = (WithKeyedToken(a), WithKeyedToken(b));
        StepDiff diff = StepDiff.Between(a, b, tie) with { Inputs = inputs };
        Steps.Add(diff);
        if (diff.Bits.IsDifferent || diff.Flip is not null)
            FirstDivergence ??= FirstDivergence.Of(diff, _undecidableSoFar);
        if (diff.Bits.IsUndecidable)
            _undecidableSoFar++;
        if (diff.Tokens.IsUndecidable && (ChoseToken(a) || ChoseToken(b)) && _inputs.IsEqual)
            _inputs = EqualityFinding.Undecidable(FormattableString.Invariant($"the tokens of step {diff.StepIndexA} are not known to be equal"));
    }

    private ContractStep WithKeyedToken(ContractStep step) => step.Observation.ChosenToken is null
        ? step
        : step with { Observation = step.Observation with { ChosenTokenHash = key!.Redact(step).Observation.ChosenTokenHash } };

    private static bool ChoseToken(ContractStep step) =>
        step.Observation.ChosenToken is not null || step.Observation.ChosenTokenHash is not null;
}
