using System.Text;
using System.Text.Json;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>The members of one trace dictionary, by target. Reused from line to line.</summary>
internal sealed class TraceDictionary(IReadOnlyDictionary<string, TraceField> keys)
{
    private readonly Dictionary<string, TraceField>.AlternateLookup<ReadOnlySpan<char>> _keys =
        new Dictionary<string, TraceField>(keys, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public List<TraceEntry> Entries { get; } = [];

    /// <summary>Adds the members of the object at a place of the line, but for those in a list.</summary>
    public void Add(ReadOnlySpan<byte> line, int start, int length, params ReadOnlySpan<string> except)
    {
        Utf8JsonReader reader = new(line.Slice(start, length));
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            (TraceField? field, string? key) = Find(ref reader);
            reader.Read();
            JsonTokenType token = reader.TokenType;
            int valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (key is null || !except.Contains(key))
                Entries.Add(new TraceEntry(field, key, start + valueStart, (int)reader.BytesConsumed - valueStart, token));
        }
    }

    /// <summary>A member of the header as text; null where there is none.</summary>
    public string? HeaderText(ReadOnlySpan<byte> line, string name)
    {
        foreach (TraceEntry entry in Entries)
            if (entry.Section == TraceSection.Header && entry.Field!.Name == name && entry.Token != JsonTokenType.Null)
                return entry.Token == JsonTokenType.String ? JsonSerializer.Deserialize(entry.Of(line), ContractJson.Context.String) : Encoding.UTF8.GetString(entry.Of(line));
        return null;
    }

    public bool Has(TraceSection section, string? name = null)
    {
        foreach (TraceEntry entry in Entries)
            if (entry.Section == section && (name is null || entry.Field!.Name == name))
                return true;
        return false;
    }

    private (TraceField? Field, string? Key) Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.ValueSpan.Length > 64)
            return (null, reader.GetString());
        Span<char> name = stackalloc char[64];
        int count = Encoding.UTF8.GetChars(reader.ValueSpan, name);
        return _keys.TryGetValue(name[..count], out TraceField? field) ? (field, null) : (null, name[..count].ToString());
    }
}
