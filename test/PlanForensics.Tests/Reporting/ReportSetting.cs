using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Reporting;
using PlanForensics.Rules;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Reporting;

/// <summary>A really served flip (batch 1 against batch 4 of a small decoder), explained once, with text in every recorded field that would run if it were not escaped.</summary>
internal static class ReportSetting
{
    public const string Hostile = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script> | `[x](javascript:alert(1))` \u202e https://evil.example/ 'a' & \"b\"\r\nsecond";

    private static readonly PlanSchedule Dispatched = new(Hostile, new ShapeBucketDispatcher(
        new ShapeBucket(1, Plan("split_k4_bf16_staging", NumericFormat.Bf16, NumericFormat.Fp32)),
        new ShapeBucket(null, Plan("sequential_fma", NumericFormat.Bf16, NumericFormat.Fp32))).PlanFor);

    private static readonly Lazy<ReportContent> Explained = new(Explain);

    /// <summary>The comparison; each call gives the same.</summary>
    public static ReportContent Comparison => Explained.Value;

    public static ReportOptions Options { get; } = new() { Tool = "a test", TokenText = id => FormattableString.Invariant($"<b>t{id}</b>"), Decode = ids => $"<i>{ids.Count} tokens</i> {Hostile}" };

    public static ForensicReport Report => ForensicReport.Of(Comparison, Options);

    /// <summary>The flip's first side alone, with nothing but tokens recorded, and no plans asked.</summary>
    public static ReportContent Bare => new()
    {
        Recordings = [Comparison.Recordings[0] with
        {
            Request = new EffectiveRequest(),
            Steps = Comparison.Recordings[0].Steps.Select(step => step with
            {
                State = new StepState { StepIndex = step.State.StepIndex, Phase = step.State.Phase, Shape = step.State.Shape },
                Observation = new StepObservation { ChosenToken = step.Observation.ChosenToken },
            }).ToValueList(),
        }],
        WhyNoPlans = "no model was given",
    };

    private static ReportContent Explain()
    {
        ExecutionContract a = Dress(GreedyRecording.Run(Engine(0), Model, "request & <one>", [54, 62, 17, 53, 36], Dispatched, 8, 1));
        ExecutionContract b = Dress(GreedyRecording.Run(Engine(0), Model, Hostile, [54, 62, 17, 53, 36], Dispatched, 8, 4));
        CpuReplayEngine engine = Engine();
        PlanSchedule[] candidates = [Dispatched, .. Catalogue(NumericFormat.Bf16, NumericFormat.Fp32)];
        PostmortemResult result = Postmortem.Run(engine, Model, a, b, candidates);
        return new ReportContent
        {
            Recordings = [a, b],
            Diffs = [null, result.Diff],
            Attributions = [result.SideA, result.SideB],
            Postmortem = result,
            Layers = LayerDrift.Between(engine, Model, a, result.SideA!.Found!.Class.Schedule, b, result.SideB!.Found!.Class.Schedule),
        };
    }

    private static ExecutionContract Dress(ExecutionContract contract) => contract with
    {
        Replica = Hostile,
        FinishReason = Hostile,
        Model = contract.Model with { Name = Hostile },
        Request = contract.Request with
        {
            RawPrompt = Hostile,
            SystemMessage = Hostile,
            RoutingTemplateVersion = Hostile,
            ShapingEvents = [new ShapingEvent { Kind = Hostile, Detail = Hostile, TokensBefore = 9, TokensAfter = 5 }],
            PolicyGates = [new PolicyGate { Name = Hostile, Version = Hostile, Detail = Hostile }],
            Truncation = new PromptTruncation { Boundary = 4, Side = "left", Reason = Hostile },
            PrefixCache = new PrefixCacheUse { Used = true, Key = Hostile, HitTokens = 2 },
            Decode = contract.Request.Decode is { } decode ? decode with { Stop = [Hostile] } : null,
        },
        Steps = contract.Steps.Select(step => step with { State = step.State with { QueueTimeMs = 1.5, GpuTimeMs = 0.25 } }).ToValueList(),
    };
}
