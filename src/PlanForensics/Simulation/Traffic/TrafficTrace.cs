namespace PlanForensics.Simulation.Traffic;

/// <summary>Arrivals in order of time.</summary>
public sealed class TrafficTrace
{
    /// <summary>Creates a trace.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="startedAt">The time of tick 0.</param>
    /// <param name="requests">The arrivals; they are sorted by time, those of one time keep their order.</param>
    /// <param name="blockTokens">Tokens of a block that <see cref="TrafficRequest.Blocks"/> identifies; 0 (default) where no request has any.</param>
    /// <exception cref="ArgumentException">Requests identify blocks, but no size was given, or a prompt has more blocks than tokens for them.</exception>
    public TrafficTrace(string name, DateTimeOffset startedAt, IEnumerable<TrafficRequest> requests, int blockTokens = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentOutOfRangeException.ThrowIfNegative(blockTokens);
        Requests = [.. requests.OrderBy(request => request.ArrivalTicks)];
        foreach (TrafficRequest request in Requests)
            if (request.Blocks.Length > 0 && (blockTokens == 0 || (request.Blocks.Length - 1) * (long)blockTokens >= request.PromptTokens))
                throw new ArgumentException($"a prompt of {request.PromptTokens} tokens names {request.Blocks.Length} blocks of {blockTokens} tokens", nameof(requests));
        (Name, StartedAt, BlockTokens) = (name, startedAt.ToUniversalTime(), blockTokens);
    }

    /// <summary>Its name in reports.</summary>
    public string Name { get; }

    /// <summary>The time of tick 0 (UTC).</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The arrivals in order of time.</summary>
    public IReadOnlyList<TrafficRequest> Requests { get; }

    /// <summary>Tokens of an identified block; 0 where no request identifies blocks.</summary>
    public int BlockTokens { get; }

    /// <summary>The same requests, arriving faster or slower.</summary>
    /// <param name="speed">2 halves every time between arrivals. More than 0.</param>
    /// <returns>The trace.</returns>
    public TrafficTrace AtSpeed(double speed)
    {
        if (!double.IsFinite(speed) || speed <= 0)
            throw new ArgumentOutOfRangeException(nameof(speed), speed, "a speed is more than 0");
        return speed == 1 ? this : new TrafficTrace(Name, StartedAt, Requests.Select(request => request with { ArrivalTicks = (long)(request.ArrivalTicks / speed) }), BlockTokens);
    }

    /// <summary>The first arrivals.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>The trace.</returns>
    public TrafficTrace Take(int count) => count >= Requests.Count ? this : new TrafficTrace(Name, StartedAt, Requests.Take(count), BlockTokens);
}
