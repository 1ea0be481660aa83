using PlanForensics.Cli.Tokenizers;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Json;

/// <summary><c>sweep --json</c>.</summary>
internal sealed record SweepDocument
{
    public string Mode { get; init; } = "";

    public int Prompts { get; init; }

    public required bool Differs { get; init; }

    public IReadOnlyList<RegimeDriftDocument>? Regimes { get; init; }

    public MarginSpreadDocument? Margins { get; init; }

    public IReadOnlyList<PinTrialDocument>? Pins { get; init; }

    public string? CheapestPin { get; init; }

    public int? Trials { get; init; }

    public IReadOnlyList<ProtocolPromptDocument>? LoadDependent { get; init; }

    public IReadOnlyList<ProtocolPromptDocument>? Pinned { get; init; }

    public SpreadDocument? Spread { get; init; }

    public SpreadDocument? PinnedSpread { get; init; }

    public int Replays { get; init; }

    public double Seconds { get; init; }

    public static SweepDocument Of(RegimeSweepResult result) => new()
    {
        Differs = result.Differs,
        Regimes = [.. result.Regimes.Select(RegimeDriftDocument.Of)],
        Margins = MarginSpreadDocument.Of(result.MarginUlps),
        Pins = [.. result.Trials.Select(PinTrialDocument.Of)],
        CheapestPin = result.Pin?.Pin.Name,
    };

    public static SweepDocument Of(ProtocolResult result, ModelTokenizer tokenizer) => new()
    {
        Differs = result.Differs,
        Trials = result.Trials,
        LoadDependent = [.. result.LoadDependent.Select(prompt => ProtocolPromptDocument.Of(prompt, tokenizer))],
        Pinned = [.. result.Pinned.Select(prompt => ProtocolPromptDocument.Of(prompt, tokenizer))],
    };

    public static SweepDocument Of(SpreadResult result, ModelTokenizer tokenizer) => new()
    {
        Differs = result.LoadDependent.DivergingPrompts > 0,
        Spread = SpreadDocument.Of(result.LoadDependent),
        PinnedSpread = SpreadDocument.Of(result.Pinned),
        LoadDependent = [.. result.Prompts.Select(prompt => ProtocolPromptDocument.Of(prompt, tokenizer))],
    };
}
