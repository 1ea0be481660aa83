using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>What a recorded step offers to compare with, and the comparison.</summary>
internal static class StepEvidence
{
    public static EvidenceKind KindOf(StepObservation recorded) =>
        recorded.FullLogits is not null ? EvidenceKind.Logits
        : recorded.LogitsHash is not null ? EvidenceKind.LogitsHash
        : recorded.HiddenStateHashes is { Count: > 0 } ? EvidenceKind.HiddenStates
        : recorded.Top1 is not null || recorded.TopK is { Count: > 0 } ? EvidenceKind.TopLogits
        : recorded.ChosenToken is not null ? EvidenceKind.Tokens
        : EvidenceKind.None;

    public static EvidenceKind StrongestOf(IEnumerable<ContractStep> steps) =>
        steps.Select(step => KindOf(step.Observation)).DefaultIfEmpty(EvidenceKind.None).Max();

    /// <summary>Whether a step with evidence of one kind counts under a verdict's kind: any bits do where the best are bits, else only equals.</summary>
    public static bool Counts(EvidenceKind step, EvidenceKind verdict) =>
        step != EvidenceKind.None && (verdict >= EvidenceKind.HiddenStates ? step >= EvidenceKind.HiddenStates : step == verdict);

    public static StepOutcome Compare(ContractStep recorded, ContractStep replayed, TieRule tie)
    {
        EvidenceKind kind = KindOf(recorded.Observation);
        ContractStep aligned = Widen(recorded.Observation, replayed);
        StepDiff diff = StepDiff.Between(recorded, aligned, tie);
        bool equal = kind switch
        {
            EvidenceKind.Logits or EvidenceKind.LogitsHash or EvidenceKind.HiddenStates => diff.Bits.IsEqual,
            EvidenceKind.TopLogits => diff.Logits.State != Equality.Different && TopLogitsEqual(recorded.Observation, aligned.Observation),
            EvidenceKind.Tokens => diff.Tokens.IsEqual,
            _ => false,
        };
        bool? token = recorded.Observation.ChosenToken is null ? null : diff.Tokens.IsEqual;
        return new StepOutcome(kind, equal, token, diff.LogitsDiff, SignatureOf(kind, aligned.Observation));
    }

    // Two replays with equal signatures cannot be told apart by what was recorded of the step.
    private static string SignatureOf(EvidenceKind kind, StepObservation replayed) => kind switch
    {
        EvidenceKind.None => "",
        EvidenceKind.Tokens => FormattableString.Invariant($"{replayed.ChosenToken}"),
        EvidenceKind.TopLogits => FormattableString.Invariant($"{replayed.Top1?.Token}:{replayed.Top1?.Bits:x8} {replayed.Top2?.Token}:{replayed.Top2?.Bits:x8}"),
        _ => replayed.LogitsHash! + string.Concat((replayed.HiddenStateHashes ?? []).Select(hash => hash.Sha256)),
    };

    private static bool TopLogitsEqual(StepObservation recorded, StepObservation replayed) =>
        new[] { recorded.Top1, recorded.Top2 }.OfType<RecordedLogit>().Concat(recorded.TopK ?? [])
            .All(logit => LogitOrder.Find(replayed, logit.Token) is { } other && other.Format == logit.Format && other.Bits == logit.Bits);

    // An engine that makes bf16 logits and records them as fp32 recorded the same numbers: widening is exact.
    private static ContractStep Widen(StepObservation recorded, ContractStep replayed)
    {
        if (recorded.LogitsFormatOrNull != NumericFormat.Fp32 || replayed.Observation.FullLogits is not { } logits || logits.Format == NumericFormat.Fp32)
            return replayed;
        StepObservation own = replayed.Observation;
        TensorValue widened = TensorValue.FromFp32(logits.ToFp32(), logits.Shape);
        return replayed with { Observation = StepObservation.FromLogits(widened, own.ChosenToken) with { HiddenStateHashes = own.HiddenStateHashes } };
    }
}
