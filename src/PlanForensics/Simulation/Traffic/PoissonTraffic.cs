using PlanForensics.Numerics;

namespace PlanForensics.Simulation.Traffic;

/// <summary>Arrivals without memory: exponential times between them, uniform lengths, prompts that may begin alike.</summary>
/// <remarks>
/// Draw i of stream s is <see cref="Draws.At"/>. Time between arrivals: -log(u) / rate seconds, u = (24 bits + 0.5) / 2^24, log by <see cref="PortableMath"/> in binary32; whole ticks of 100 ns, rounded down.
/// A length is low + floor(u (high - low + 1)). Bitwise: identical on every machine.
/// </remarks>
public sealed record PoissonTraffic
{
    /// <summary>Arrivals.</summary>
    public required int Count { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Count), value, "1 arrival or more"); }

    /// <summary>Arrivals a second, on average.</summary>
    public required double RatePerSecond
    {
        get;
        init => field = double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(RatePerSecond), value, "a rate is more than 0");
    }

    /// <summary>Prompt lengths, both ends included; default 16 to 2,048.</summary>
    public (int Low, int High) PromptTokens { get; init => field = Range(value, 1, nameof(PromptTokens)); } = (16, 2048);

    /// <summary>Output lengths, both ends included; default 16 to 512.</summary>
    public (int Low, int High) OutputTokens { get; init => field = Range(value, 0, nameof(OutputTokens)); } = (16, 512);

    /// <summary>Tokens with which a prompt begins like others of its group; default 0. Whole blocks of 16 are shared; a prompt is longer by at least one token.</summary>
    public int PrefixTokens { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(PrefixTokens), value, "0 tokens or more"); }

    /// <summary>Groups of prompts with a common beginning; default 1.</summary>
    public int PrefixGroups { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(PrefixGroups), value, "1 group or more"); } = 1;

    /// <summary>Draws the arrivals.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The trace; it starts at the Unix epoch.</returns>
    public TrafficTrace Generate(ulong seed)
    {
        const int blockTokens = 16;
        int shared = PrefixTokens / blockTokens;
        var requests = new TrafficRequest[Count];
        double seconds = 0;
        for (int index = 0; index < Count; index++)
        {
            float uniform = ((Draws.At(seed, 1, index) >> 40) + 0.5f) * (1f / (1 << 24));
            seconds += -PortableMath.Log(uniform) / RatePerSecond;
            int prompt = Math.Max(Draw(seed, 2, index, PromptTokens), PrefixTokens > 0 ? PrefixTokens + 1 : 1);
            int group = Draw(seed, 4, index, (0, PrefixGroups - 1));
            requests[index] = new TrafficRequest
            {
                ArrivalTicks = (long)(seconds * TimeSpan.TicksPerSecond),
                PromptTokens = prompt,
                OutputTokens = Draw(seed, 3, index, OutputTokens),
                Blocks = shared == 0 ? default(ReadOnlyMemory<long>) : Enumerable.Range(0, shared).Select(block => (long)group).ToArray(),
            };
        }

        return new TrafficTrace("poisson", DateTimeOffset.UnixEpoch, requests, shared == 0 ? 0 : blockTokens);
    }

    private static int Draw(ulong seed, int stream, int index, (int Low, int High) range) =>
        range.Low + (int)(Draws.Uniform(seed, stream, index) * ((long)range.High - range.Low + 1));

    private static (int Low, int High) Range((int Low, int High) value, int least, string name) => value.Low >= least && value.High >= value.Low
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"a range of lengths ascends from {least}");
}
