using System.Text;
using System.Text.Json;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>JSON values of a stream: one a line, or one document whose array elements count as records. Holds one line, or one document, at a time.</summary>
internal sealed class JsonRecordStream(Stream stream, TelemetryReadOptions options)
{
    private readonly LineSplitter _lines = new(options.MaxLineBytes);

    /// <summary>The line of the current record, 1-based.</summary>
    public long Line { get; private set; }

    /// <summary>The records, in order; a line that is longer than allowed comes as null.</summary>
    public IEnumerable<ReadOnlyMemory<byte>?> Read()
    {
        using IEnumerator<(ReadOnlyMemory<byte> Bytes, bool Overlong)> lines = Lines().GetEnumerator();
        List<(byte[] Bytes, long Line)> held = [];
        bool overlong = false;
        while (held.Count(line => line.Bytes.Length > 0) < 2 && !overlong && lines.MoveNext())
            if (!(overlong = lines.Current.Overlong))
                held.Add((lines.Current.Bytes.ToArray(), _lines.Line));

        byte[][] contents = [.. held.Select(line => line.Bytes).Where(bytes => bytes.Length > 0)];
        if (!overlong && contents.Length > 0 && (contents[0][0] == '[' || (contents.Length == 2 && !Array.Exists(contents, IsWhole))))
        {
            foreach (ReadOnlyMemory<byte> element in Document(held, lines))
                yield return element;
            yield break;
        }

        foreach ((byte[] bytes, long number) in held)
        {
            Line = number;
            if (bytes.Length > 0)
                yield return bytes;
        }

        while (overlong || lines.MoveNext())
        {
            (ReadOnlyMemory<byte> bytes, overlong) = lines.Current;
            Line = _lines.Line;
            if (overlong)
                yield return null;
            else if (bytes.Length > 0)
                yield return bytes;
            overlong = false;
        }
    }

    private IEnumerable<(ReadOnlyMemory<byte> Bytes, bool Overlong)> Lines()
    {
        while (true)
        {
            while (_lines.TryTake(out ReadOnlyMemory<byte> line, out bool overlong))
                yield return (Content(line), overlong);
            int count = stream.Read(_lines.Free().Span);
            _lines.Filled(count);
            if (count == 0)
                break;
        }

        if (_lines.TryTake(out ReadOnlyMemory<byte> last, out bool lastOverlong))
            yield return (Content(last), lastOverlong);
    }

    private ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> line)
    {
        if (_lines.Line == 1 && line.Span.StartsWith(Encoding.UTF8.Preamble))
            line = line[3..];
        return line.Trim(" \t\r"u8);
    }

    private static bool IsWhole(byte[] line)
    {
        Utf8JsonReader reader = new(line);
        try
        {
            return line is [(byte)'{', ..] && reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Document(List<(byte[] Bytes, long Line)> held, IEnumerator<(ReadOnlyMemory<byte> Bytes, bool Overlong)> rest)
    {
        using MemoryStream whole = new();
        foreach ((byte[] bytes, long _) in held)
        {
            whole.Write(bytes);
            whole.WriteByte((byte)'\n');
        }

        while (rest.MoveNext())
        {
            whole.Write(rest.Current.Bytes.Span);
            whole.WriteByte((byte)'\n');
        }

        byte[] json = whole.ToArray();
        foreach ((int start, int end) in Elements(json))
        {
            Line = 1 + json.AsSpan(0, start).Count((byte)'\n');
            yield return json.AsMemory(start, end - start);
        }
    }

    private static List<(int Start, int End)> Elements(byte[] json)
    {
        Utf8JsonReader reader = new(json);
        List<(int, int)> elements = [];
        try
        {
            reader.Read();
            int first = (int)reader.TokenStartIndex;
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                int end = (int)reader.BytesConsumed;
                return reader.Read() ? throw new JsonException("more than one value") : [(first, end)];
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                elements.Add((start, (int)reader.BytesConsumed));
            }

            return elements;
        }
        catch (JsonException exception)
        {
            throw new ContractFormatException((exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, "the document is no JSON", exception);
        }
    }
}
