using System.Text.Json;
using PlanForensics.Engines;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>What a child process saw: elements whose bits the map misses, and those that a wrong map misses.</summary>
internal sealed class LiveReport(string core, string config)
{
    public string Core { get; init; } = core;

    public string Config { get; init; } = config;

    public int Shapes { get; set; }

    public long Elements { get; set; }

    public long Missed { get; set; }

    public long MissedByControl { get; set; }

    public List<string> Failures { get; init; } = [];

    public static LiveReport Read(string path) => JsonSerializer.Deserialize<LiveReport>(File.ReadAllText(path))!;

    public void Add(GemmKey key, int missed, int missedByControl, int elements)
    {
        Shapes++;
        Elements += elements;
        Missed += missed;
        MissedByControl += missedByControl;
        if (missed > 0)
            Failures.Add($"{missed} of {elements} elements of {key}");
    }

    public string ToJson() => JsonSerializer.Serialize(this);
}
