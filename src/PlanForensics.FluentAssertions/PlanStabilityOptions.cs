using PlanForensics.Numerics;
using PlanForensics.Replay;

namespace PlanForensics.FluentAssertions;

/// <summary>How plan stability is asked for.</summary>
public sealed record PlanStabilityOptions
{
    /// <summary>Steps of each prompt, the prefill included, 1 or more; fewer where the context is full. Default 16.</summary>
    public int Steps
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "1 or more");
    } = 16;

    /// <summary>The engine; null (default) for the CPU's default kernels with a memo of 256 MiB.</summary>
    public IReplayEngine? Engine { get; init; }

    /// <summary>Format of activations where plans of one operator family are given; null (default) for that of the model's weights.</summary>
    public NumericFormat? Activations { get; init; }

    /// <summary>Format of the logits there; null (default) for that of the activations.</summary>
    public NumericFormat? Logits { get; init; }

    /// <summary>Whether plans that the engine refuses are passed over; default false: an assertion that did not run every plan fails.</summary>
    public bool PassesOverRefused { get; init; }

    /// <summary>Whether a failure looks for the operator whose plan flips the token, by replays; default true.</summary>
    public bool FindsOperator { get; init; } = true;
}
