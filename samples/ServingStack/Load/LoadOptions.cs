namespace ServingStack.Load;

/// <summary>What the load driver does. Everything is bounded, and only this machine's own server is asked.</summary>
public sealed record LoadOptions
{
    /// <summary>The server; loopback only.</summary>
    public required Uri Url
    {
        get;
        init => field = value.IsLoopback ? value : throw new ArgumentException($"{value} is not on this machine; the load driver asks loopback addresses only");
    }

    /// <summary>Requests in flight under load, 2 to 64.</summary>
    public int Concurrency { get; init => field = Within(value, 2, 64, "--concurrency"); } = 8;

    /// <summary>Tokens of each completion, 1 to 1,000.</summary>
    public int Tokens { get; init => field = Within(value, 1, 1000, "--tokens"); } = 64;

    /// <summary>How often each prompt is sent under load, 1 to 100.</summary>
    public int Rounds { get; init => field = Within(value, 1, 100, "--rounds"); } = 1;

    /// <summary>The server's store, to count steps with other bits; null compares texts only.</summary>
    public string? Store { get; init; }

    /// <summary>The prompts, at most 1,000.</summary>
    public IReadOnlyList<string> Prompts
    {
        get;
        init => field = value.Count is > 0 and <= 1000 ? value : throw new ArgumentException($"there are {value.Count} prompts; 1 to 1,000 are sent");
    } =
    [
        "In the beginning", "And the king said", "The LORD spake unto Moses", "Blessed are the", "And it came to pass", "Now the sons of", "Behold, I will", "Praise ye the LORD",
        "The wisdom of", "And Jesus answered", "Then the people", "My son, hear", "The word of the LORD came", "Go ye into the", "Woe unto the", "And David went",
    ];

    private static int Within(int value, int least, int most, string name) =>
        value >= least && value <= most ? value : throw new ArgumentException($"{name} is from {least} to {most}; got {value}");
}
