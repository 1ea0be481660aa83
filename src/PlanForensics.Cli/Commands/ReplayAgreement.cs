using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Commands;

/// <summary>A recording and its replay, step by step.</summary>
internal sealed record ReplayAgreement(IReadOnlyList<StepDiff> Steps)
{
    public int EqualCount => Steps.Count(step => step.Bits.IsEqual);

    public int DifferentCount => Steps.Count(step => step.Bits.IsDifferent);

    public int UndecidableCount => Steps.Count(step => step.Bits.IsUndecidable);

    public TokenFlip? FirstFlip => Steps.Select(step => step.Flip).FirstOrDefault(flip => flip is not null);

    public Equality Verdict => DifferentCount > 0 || FirstFlip is not null ? Equality.Different
        : UndecidableCount > 0 || Steps.Count == 0 ? Equality.Undecidable
        : Equality.Equal;

    /// <summary>Pairs the steps. Fed with the recorded tokens every step has the recorded inputs; fed with its own, only those up to the first flip have.</summary>
    public static ReplayAgreement Of(ExecutionContract recorded, ExecutionContract replayed, bool greedy) => greedy
        ? new ReplayAgreement([.. TraceDiff.Between(recorded, replayed).Steps])
        : new ReplayAgreement(
            [.. recorded.Steps.Join(replayed.Steps, KeyOf, KeyOf, (a, b) => StepDiff.Between(a, b))]);

    private static (int Step, int Rank) KeyOf(ContractStep step) => (step.State.StepIndex, step.State.Rank);
}
