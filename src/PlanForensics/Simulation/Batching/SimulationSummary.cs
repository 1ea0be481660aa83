namespace PlanForensics.Simulation.Batching;

/// <summary>What a simulation came to. Arrived = Finished + Running + Waiting + Rejected.</summary>
public sealed record SimulationSummary
{
    /// <summary>Requests that arrived.</summary>
    public required int Arrived { get; init; }

    /// <summary>Requests that generated all their tokens.</summary>
    public required int Finished { get; init; }

    /// <summary>Requests that were running at the end.</summary>
    public required int Running { get; init; }

    /// <summary>Requests that were waiting at the end.</summary>
    public required int Waiting { get; init; }

    /// <summary>Requests that admission control turned away.</summary>
    public required int Rejected { get; init; }

    /// <summary>Iterations of the engine.</summary>
    public required int Iterations { get; init; }

    /// <summary>Steps of requests, counted once whatever the number of ranks.</summary>
    public required long RequestSteps { get; init; }

    /// <summary>Tokens that entered the model.</summary>
    public required long EnteredTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required long GeneratedTokens { get; init; }

    /// <summary>Tokens found in the prefix cache instead of being computed.</summary>
    public required long HitTokens { get; init; }

    /// <summary>Tokens whose keys and values were lost to preemptions.</summary>
    public required long LostTokens { get; init; }

    /// <summary>Preemptions.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Cached blocks whose content was lost.</summary>
    public required long Evictions { get; init; }

    /// <summary>Different choices of the dispatch rules.</summary>
    public required int PlanCount { get; init; }

    /// <summary>Simulated time, in seconds.</summary>
    public required double SimulatedSeconds { get; init; }
}
