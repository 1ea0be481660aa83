namespace PlanForensics.Simulation.Traffic;

/// <summary>One arrival of a trace.</summary>
public sealed record TrafficRequest
{
    /// <summary>When it arrives, in ticks of 100 ns since the trace's start. 0 or more.</summary>
    public required long ArrivalTicks { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(ArrivalTicks), value, "an arrival is 0 or more ticks after the start"); }

    /// <summary>Tokens of the prompt. 1 or more.</summary>
    public required int PromptTokens { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(PromptTokens), value, "a prompt has 1 token or more"); }

    /// <summary>Tokens that it generates. 0 or more; 0 is a prefill that nobody decodes.</summary>
    public required int OutputTokens { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(OutputTokens), value, "an output has 0 tokens or more"); }

    /// <summary>Identities of the prompt's blocks of <see cref="TrafficTrace.BlockTokens"/> tokens, in order; equal identities after equal ones are equal text. Empty: the prompt is like no other.</summary>
    public ReadOnlyMemory<long> Blocks { get; init; }
}
