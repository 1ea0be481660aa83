using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out one recording.</summary>
internal sealed class SideBuilder(SideNames names, ReportContent content, StepRegimes regimes, ReportOptions options, int side)
{
    private readonly TraceDiff? _diff = content.Diffs.Count == 0 ? null : content.Diffs[side];

    public SideFacts Build(ExecutionContract recorded)
    {
        Dictionary<(int Step, int Rank), StepDiff> diffs = Diffs();
        TieRule tie = recorded.Request.Decode?.TieRule == "highest_id" ? TieRule.Last : TieRule.First;
        StepFacts[] steps = [.. recorded.Steps.Select(step => Step(step, diffs, tie))];
        return new SideFacts
        {
            Key = names.KeyOf(side),
            Label = names.LabelOf(side),
            Record = names.RecordOf(side),
            RequestId = recorded.RequestId,
            Identity = Identity(recorded),
            Request = RequestLayout.Fields(recorded.Request, options),
            Shaping = RequestLayout.Shaping(recorded.Request),
            Steps = steps,
            Timeline = [.. Segments(steps, "regime", step => step.Regime), .. Segments(steps, "batch", step => step.BatchSize?.ToString(System.Globalization.CultureInfo.InvariantCulture)), .. Segments(steps, "plan", step => step.PlanFingerprint)],
        };
    }

    // The reference side's steps are compared with the one other side there is; among several, none is the one to show.
    private Dictionary<(int Step, int Rank), StepDiff> Diffs()
    {
        if (_diff is not null)
            return _diff.Steps.ToDictionary(step => (step.StepIndexB, step.Rank));
        TraceDiff[] others = [.. content.Diffs.OfType<TraceDiff>()];
        return side == names.Reference && others.Length == 1 ? others[0].Steps.ToDictionary(step => (step.StepIndexA, step.Rank)) : [];
    }

    private StepFacts Step(ContractStep step, Dictionary<(int Step, int Rank), StepDiff> diffs, TieRule tie)
    {
        StepState state = step.State;
        StepDiff? diff = diffs.GetValueOrDefault((state.StepIndex, state.Rank));
        LogitMargin? margin = LogitMargin.Of(step.Observation, tie);
        return new StepFacts
        {
            Record = names.StepRecord(side, state.StepIndex, state.Rank),
            StepIndex = state.StepIndex,
            Rank = state.Rank,
            Phase = PlanNames.Of(state.Phase),
            Shape = state.Shape.ToString(),
            QueryLength = state.Shape.QueryLength,
            KeyLength = state.Shape.KeyLength,
            BatchSize = state.BatchSize,
            BatchTokens = state.BatchTokens,
            Regime = regimes.NameOf(content.Recordings[side].RequestId, state),
            PlanFingerprint = state.PlanFingerprint,
            Token = step.Observation.ChosenToken is { } token ? new TokenFacts(token, options.TokenText?.Invoke(token)) : null,
            MarginUlps = margin is null ? null : Words.OrNull(margin.Ulps),
            Margin = margin?.Margin,
            LogitsFormat = step.Observation.LogitsFormatOrNull is { } format ? NumericFormats.NameOf(format) : null,
            LogitsSha256 = step.Observation.LogitsHash,
            Bits = diff is null ? null : Words.Name(diff.Bits.State),
            LogitsDifferent = diff?.LogitsDiff?.BitsDifferentCount,
            LogitsMaxUlps = diff?.LogitsDiff is { } logits ? Words.OrNull(logits.MaxUlps) : null,
            QueueTimeMs = state.QueueTimeMs,
            GpuTimeMs = state.GpuTimeMs,
        };
    }

    private static FieldFacts[] Identity(ExecutionContract recorded) =>
    [
        new("request id", recorded.RequestId),
        new("model", recorded.Model.Name),
        new("weights sha256", recorded.Model.WeightsSha256),
        new("recorded", recorded.RecordedAt == DateTimeOffset.UnixEpoch ? null : Words.Time(recorded.RecordedAt)),
        new("completed", recorded.CompletedAt is { } end ? Words.Time(end) : null),
        new("ended by", recorded.FinishReason),
        new("replica", recorded.Replica),
        new("steps", Words.Of(recorded.Steps.Count)),
        new("steps dropped", recorded.DroppedSteps is { } dropped ? Words.Of(dropped) : null),
    ];

    private static IEnumerable<SegmentFacts> Segments(StepFacts[] steps, string row, Func<StepFacts, string?> value)
    {
        StepFacts[] own = [.. steps.Where(step => step.Rank == 0)];
        if (own.All(step => value(step) is null))
            yield break;
        for (int start = 0, end; start < own.Length; start = end)
        {
            end = start + 1;
            while (end < own.Length && value(own[end]) == value(own[start]))
                end++;
            yield return new SegmentFacts(
                row, own[start].StepIndex, own[end - 1].StepIndex, value(own[start]),
                end - start == 1 ? [own[start].Record] : [own[start].Record, own[end - 1].Record]);
        }
    }
}
