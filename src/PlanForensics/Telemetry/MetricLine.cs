using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>One sample line of Prometheus or OpenMetrics text: <c>name{label="text"} value [time]</c>.</summary>
internal sealed record MetricLine(string Name, ValueMap Labels, double Value, string? Time)
{
    /// <summary>Reads a line; false with the reason where it is damaged.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out MetricLine? sample, [NotNullWhen(false)] out string? reason)
    {
        sample = null;
        int at = NameEnd(line);
        if (at == 0)
            return Fail("a sample begins with the name of a metric", out reason);
        string name = line[..at];
        List<KeyValuePair<string, string>> labels = [];
        if (at < line.Length && line[at] == '{' && !TryLabels(line, ref at, labels, out reason))
            return false;
        // OpenMetrics: an exemplar follows the sample.
        int exemplar = line.IndexOf(" # {", at, StringComparison.Ordinal);
        string[] words = (exemplar < 0 ? line[at..] : line[at..exemplar]).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 2 || (at < line.Length && line[at] is not (' ' or '\t')))
            return Fail("after the name stand a value and perhaps a time", out reason);
        if (!TryValue(words[0], out double value))
            return Fail($"\"{words[0]}\" is no number", out reason);
        if (words.Length == 2 && !double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return Fail($"\"{words[1]}\" is no time", out reason);
        try
        {
            sample = new MetricLine(name, new ValueMap(labels), value, words.Length == 2 ? words[1] : null);
        }
        catch (ArgumentException)
        {
            return Fail("a label occurs twice", out reason);
        }

        reason = null;
        return true;
    }

    private static bool TryLabels(string line, ref int at, List<KeyValuePair<string, string>> labels, [NotNullWhen(false)] out string? reason)
    {
        at++;
        while (true)
        {
            at = Blank(line, at);
            if (at < line.Length && line[at] == '}')
            {
                at++;
                reason = null;
                return true;
            }

            int length = NameEnd(line.AsSpan(at));
            string name = line.Substring(at, length);
            at = Blank(line, at + length);
            if (length == 0 || at >= line.Length || line[at] != '=')
                return Fail("a label is NAME=\"TEXT\"", out reason);
            at = Blank(line, at + 1);
            if (Quoted(line, ref at) is not { } text)
                return Fail($"the text of label {name} does not end", out reason);
            labels.Add(new(name, text));
            at = Blank(line, at);
            if (at < line.Length && line[at] == ',')
                at++;
            else if (at >= line.Length || line[at] != '}')
                return Fail("the labels do not end", out reason);
        }
    }

    private static string? Quoted(string line, ref int at)
    {
        if (at >= line.Length || line[at] != '"')
            return null;
        StringBuilder text = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                at++;
                return text.ToString();
            }

            char letter = line[at];
            if (letter == '\\' && at + 1 < line.Length)
                letter = line[++at] == 'n' ? '\n' : line[at];
            text.Append(letter);
        }

        return null;
    }

    private static bool TryValue(string word, out double value)
    {
        value = word switch
        {
            "NaN" => double.NaN,
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => 0,
        };
        return value != 0 || double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static int NameEnd(ReadOnlySpan<char> text)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] is '_' or ':' || (end > 0 && (char.IsAsciiDigit(text[end]) || text[end] == '.'))))
            end++;
        return end;
    }

    private static int Blank(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
            at++;
        return at;
    }

    private static bool Fail(string why, [NotNullWhen(false)] out string? reason)
    {
        reason = why;
        return false;
    }
}
