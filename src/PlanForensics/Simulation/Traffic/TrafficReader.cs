using System.Globalization;
using System.Text.Json;

namespace PlanForensics.Simulation.Traffic;

/// <summary>Reads public traces of arrivals: Azure's CSV and Mooncake's JSON lines; the content tells which.</summary>
/// <remarks>
/// CSV: a heading with <c>TIMESTAMP</c>, <c>ContextTokens</c>, <c>GeneratedTokens</c> in any order and case (other columns are passed over); times are UTC unless they say another offset.
/// JSON lines: objects with <c>timestamp</c> (milliseconds), <c>input_length</c>, <c>output_length</c> and optionally <c>hash_ids</c>, one for each 512 tokens of the prompt.
/// </remarks>
public static class TrafficReader
{
    /// <summary>Tokens of the prompt that one of Mooncake's <c>hash_ids</c> stands for.</summary>
    public const int MooncakeBlockTokens = 512;

    private static readonly string[] Columns = ["timestamp", "contexttokens", "generatedtokens"];

    /// <summary>Reads a trace.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Arrivals to read at most.</param>
    /// <returns>The trace; its times begin with its first arrival.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="TrafficFormatException">It is none of the two forms, or a line is damaged.</exception>
    public static TrafficTrace Read(string path, int most = int.MaxValue)
    {
        using StreamReader reader = File.OpenText(path);
        return Read(reader, Path.GetFileName(path), most);
    }

    /// <summary>Reads a trace.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="name">Its name in reports.</param>
    /// <param name="most">Arrivals to read at most.</param>
    /// <returns>The trace; its times begin with its first arrival.</returns>
    /// <exception cref="TrafficFormatException">It is none of the two forms, or a line is damaged.</exception>
    public static TrafficTrace Read(TextReader reader, string name, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        int line = 0;
        int[]? columns = null;
        bool isJson = false;
        List<(long Ticks, TrafficRequest Request)> found = [];
        while (found.Count < most && reader.ReadLine() is { } text)
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            if (found.Count == 0 && columns is null && !isJson)
            {
                isJson = text.TrimStart().StartsWith('{');
                if (!isJson)
                {
                    columns = Heading(text, line);
                    continue;
                }
            }

            found.Add(isJson ? ReadJson(text, line) : ReadRow(text, columns!, line));
        }

        if (found.Count == 0)
            throw new TrafficFormatException("there is no arrival; a trace is Azure's CSV or Mooncake's JSON lines");
        long first = found.Min(entry => entry.Ticks);
        DateTimeOffset start = isJson ? DateTimeOffset.UnixEpoch : new DateTimeOffset(first, TimeSpan.Zero);
        return new TrafficTrace(
            name, start, found.Select(entry => entry.Request with { ArrivalTicks = entry.Ticks - first }),
            found.Exists(entry => entry.Request.Blocks.Length > 0) ? MooncakeBlockTokens : 0);
    }

    private static int[] Heading(string text, int line)
    {
        string[] names = [.. text.Split(',').Select(cell => cell.Trim().Trim('"', '\uFEFF').ToLowerInvariant())];
        int[] columns = [.. Columns.Select(name => Array.IndexOf(names, name))];
        return columns.Min() >= 0
            ? columns
            : throw new TrafficFormatException($"expected JSON objects, or a heading with TIMESTAMP, ContextTokens and GeneratedTokens; got \"{(text.Length > 60 ? text[..60] + "..." : text)}\"", line);
    }

    private static (long Ticks, TrafficRequest Request) ReadRow(string text, int[] columns, int line)
    {
        string[] cells = text.Split(',');
        if (cells.Length <= columns.Max())
            throw new TrafficFormatException($"expected {columns.Max() + 1} cells, got {cells.Length}", line);
        string Cell(int index) => cells[columns[index]].Trim().Trim('"');
        if (!DateTimeOffset.TryParse(Cell(0), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
            throw new TrafficFormatException($"\"{Cell(0)}\" is no time", line);
        int Count(int index) => int.TryParse(Cell(index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new TrafficFormatException($"\"{Cell(index)}\" is no number of tokens", line);
        return (time.Ticks, Make(Count(1), Count(2), default, line));
    }

    private static (long Ticks, TrafficRequest Request) ReadJson(string text, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            double milliseconds = root.GetProperty("timestamp").GetDouble();
            if (!(milliseconds is >= 0 and < 1e15))
                throw new TrafficFormatException($"a timestamp is 0 or more milliseconds; got {milliseconds.ToString("R", CultureInfo.InvariantCulture)}", line);
            long[] blocks = root.TryGetProperty("hash_ids", out JsonElement ids) ? [.. ids.EnumerateArray().Select(id => id.GetInt64())] : [];
            int prompt = root.GetProperty("input_length").GetInt32();
            if (blocks.Length > 0 && (blocks.Length - 1) * (long)MooncakeBlockTokens >= prompt)
                throw new TrafficFormatException($"{blocks.Length} hash_ids are too many for {prompt} tokens", line);
            return ((long)(milliseconds * TimeSpan.TicksPerMillisecond), Make(prompt, root.GetProperty("output_length").GetInt32(), blocks, line));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException and not TrafficFormatException)
        {
            throw new TrafficFormatException($"expected an object with timestamp, input_length and output_length: {exception.Message}", line, exception);
        }
    }

    private static TrafficRequest Make(int prompt, int output, ReadOnlyMemory<long> blocks, int line) => prompt >= 1 && output >= 0
        ? new TrafficRequest { ArrivalTicks = 0, PromptTokens = prompt, OutputTokens = output, Blocks = blocks }
        : throw new TrafficFormatException($"a request has 1 prompt token or more and 0 output tokens or more; got {prompt} and {output}", line);
}
