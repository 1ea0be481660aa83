using System.Text.Json;
using PlanForensics.Contracts;

namespace PlanForensics.Incidents;

/// <summary>The fields of one object of a manifest; errors name the file and the field's place in it.</summary>
internal sealed class ManifestFields
{
    private readonly JsonElement _element;

    public ManifestFields(string path, string place, JsonElement element)
    {
        (Path, Place, _element) = (path, place, element);
        if (element.ValueKind != JsonValueKind.Object)
            throw new IncidentFormatException(path, place.Length == 0 ? "manifest" : place, $"is {element.ValueKind}; an object is expected");
    }

    public string Path { get; }

    public string Place { get; }

    public IEnumerable<string> Names => _element.EnumerateObject().Select(entry => entry.Name);

    public IncidentFormatException Refuse(string name, string problem, Exception? inner = null) => new(Path, At(name), problem, inner);

    public bool Has(string name) => _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public ManifestFields Object(string name) => new(Path, At(name), Get(name));

    public string Text(string name) => Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Refuse(name, "is no text");

    public string? FindText(string name) => Has(name) && Get(name).ValueKind == JsonValueKind.String ? Text(name) : null;

    public bool? FindFlag(string name) => !Has(name) ? null : Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refuse(name, "is neither true nor false"),
    };

    public double? FindNumber(string name) => !Has(name) ? null
        : Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) ? number : throw Refuse(name, "is no number");

    public int Integer(string name, int lowest = 0) => Whole(name, Get(name), lowest);

    public long Long(string name) => Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) && number >= 0
        ? number
        : throw Refuse(name, $"is {Get(name).GetRawText()}; a whole number of at least 0 is expected");

    public int[] Integers(string name) => [.. Elements(name).Select((value, index) => Whole(FormattableString.Invariant($"{name}[{index}]"), value, 0))];

    public int[][] IntegerRows(string name) => [.. Elements(name).Select((row, index) => row.ValueKind == JsonValueKind.Array
        ? row.EnumerateArray().Select((value, column) => Whole(FormattableString.Invariant($"{name}[{index}][{column}]"), value, 0)).ToArray()
        : throw Refuse(FormattableString.Invariant($"{name}[{index}]"), "is no list"))];

    public IEnumerable<ManifestFields> Objects(string name) => Elements(name).Select((value, index) => new ManifestFields(Path, At(FormattableString.Invariant($"{name}[{index}]")), value));

    public ValueList<string> Texts(string name) => Elements(name).Select((value, index) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Refuse(FormattableString.Invariant($"{name}[{index}]"), "is no text")).ToValueList();

    /// <summary>The object's fields that hold a text or a number, as text.</summary>
    public ValueMap TextMap() => new(_element.EnumerateObject().Where(entry => entry.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        .DistinctBy(entry => entry.Name).Select(entry => KeyValuePair.Create(entry.Name, entry.Value.ToString())));

    private JsonElement Get(string name) => _element.TryGetProperty(name, out JsonElement value) ? value : throw Refuse(name, "is missing");

    private JsonElement.ArrayEnumerator Elements(string name) => Get(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : throw Refuse(name, "is no list");

    private int Whole(string name, JsonElement value, int lowest) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= lowest
        ? number
        : throw Refuse(name, FormattableString.Invariant($"is {value.GetRawText()}; a whole number of at least {lowest} is expected"));

    private string At(string name) => Place.Length == 0 ? name : $"{Place}.{name}";
}
