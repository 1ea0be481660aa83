using System.Text;

namespace PlanForensics.Telemetry;

/// <summary>Names of formats, and how content tells them apart.</summary>
public static class TelemetryFormats
{
    /// <summary>Bytes that suffice to tell a format.</summary>
    public const int HeadBytes = 1 << 16;

    /// <summary>All formats.</summary>
    public static IReadOnlyList<TelemetryFormat> All { get; } = Enum.GetValues<TelemetryFormat>();

    /// <summary>The name on the command line and in a store.</summary>
    /// <param name="format">The format.</param>
    /// <returns>For example <c>jsonl</c>.</returns>
    public static string NameOf(TelemetryFormat format) => format switch
    {
        TelemetryFormat.JsonLines => "jsonl",
        TelemetryFormat.Trace => "trace",
        TelemetryFormat.Nsys => "nsys",
        TelemetryFormat.Prometheus => "prometheus",
        TelemetryFormat.Otlp => "otlp",
        TelemetryFormat.Ncu => "ncu",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };

    /// <summary>Tells a format by content.</summary>
    /// <param name="head">The first bytes (<see cref="HeadBytes"/> suffice).</param>
    /// <returns>The format; null where the content is none of them. Empty content counts as JSON lines.</returns>
    public static TelemetryFormat? Detect(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("SQLite format 3\0"u8))
            return TelemetryFormat.Nsys;
        if (head.StartsWith(Encoding.UTF8.Preamble))
            head = head[3..];
        int first = head.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0)
            return TelemetryFormat.JsonLines;
        head = head[first..];
        if (head[0] is (byte)'{' or (byte)'[')
            return DetectJson(head);
        if (head.IndexOf("\"Kernel Name\""u8) >= 0 || head.IndexOf(",Kernel Name,"u8) >= 0 || head.StartsWith("==PROF=="u8))
            return TelemetryFormat.Ncu;
        return IsMetricText(head) ? TelemetryFormat.Prometheus : null;
    }

    private static TelemetryFormat DetectJson(ReadOnlySpan<byte> head)
    {
        int contract = head.IndexOf("\"schema_version\""u8);
        int spans = FirstOf(head, "\"resourceSpans\""u8, "\"resource_spans\""u8, "\"scopeSpans\""u8);
        if (spans >= 0 && (contract < 0 || spans < contract))
            return TelemetryFormat.Otlp;
        int trace = FirstOf(head, "\"trace_x\""u8, "\"step_s\""u8, "\"batch_fp\""u8);
        return trace >= 0 && (contract < 0 || trace < contract) ? TelemetryFormat.Trace : TelemetryFormat.JsonLines;
    }

    private static int FirstOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        int best = int.MaxValue;
        foreach (int at in (ReadOnlySpan<int>)[head.IndexOf(a), head.IndexOf(b), head.IndexOf(c)])
            best = at >= 0 ? Math.Min(best, at) : best;
        return best == int.MaxValue ? -1 : best;
    }

    // A comment of the exposition format, or a line "name{labels} number".
    private static bool IsMetricText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("# HELP "u8) || head.StartsWith("# TYPE "u8) || head.StartsWith("# UNIT "u8))
            return true;
        int lineEnd = head.IndexOf((byte)'\n');
        string line = Encoding.UTF8.GetString(lineEnd < 0 ? head : head[..lineEnd]).TrimEnd('\r');
        return line.StartsWith('#') ? lineEnd >= 0 && IsMetricText(head[(lineEnd + 1)..]) : MetricLine.TryParse(line, out _, out _);
    }
}
