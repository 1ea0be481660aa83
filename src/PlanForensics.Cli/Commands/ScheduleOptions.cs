using System.CommandLine;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>The formats that go with a plan given as one matrix product plan, used everywhere.</summary>
internal sealed class ScheduleOptions : OptionGroup
{
    private readonly Option<NumericFormat?> _activations = FormatOption.Create(
        "--activations", "format between operators, with a plan that is one gemm for all", NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16);

    private readonly Option<NumericFormat?> _logits = FormatOption.Create(
        "--logits", "format of the logits, default that of the activations", NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16);

    protected override IReadOnlyList<Option> All => [_activations, _logits];

    public const string PlanDescription =
        "recorded (each step's own plan), @FILE or text with rules PHASE LAYER ROLE = PLAN, or one gemm for all: its text or its name in \"plan list\"";

    /// <exception cref="UsageException">The text is one gemm and no activations' format was given, or the other way round.</exception>
    public PlanSchedule Read(ParseResult parsed, string text) =>
        ScheduleText.Read(text, parsed.GetValue(_activations), parsed.GetValue(_logits));

    /// <summary>Two plans; the formats go to those that do not say theirs.</summary>
    public (PlanSchedule A, PlanSchedule B) ReadBoth(ParseResult parsed, string a, string b)
    {
        if (ScheduleText.SaysFormats(a) && ScheduleText.SaysFormats(b))
            return (Read(parsed, a), Read(parsed, b));
        return (ReadOne(parsed, a), ReadOne(parsed, b));
    }

    public CandidateSet ReadCandidates(ParseResult parsed, string text, DecoderModel model, Session session, params ReadOnlySpan<ExecutionContract> recorded) =>
        CandidateList.ReadFor(text, new CandidateContext(parsed.GetValue(_activations), parsed.GetValue(_logits), model, [.. recorded]), session);

    private PlanSchedule ReadOne(ParseResult parsed, string text) => ScheduleText.SaysFormats(text) ? ScheduleText.Read(text, null, null) : Read(parsed, text);
}
