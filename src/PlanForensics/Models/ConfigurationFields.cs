using System.Text.Json;

namespace PlanForensics.Models;

/// <summary>Typed reading of config.json; every refusal names the field and its byte offset.</summary>
internal sealed class ConfigurationFields(JsonFields json)
{
    public int Integer(string name) => FindInteger(name) ?? throw Missing(name);

    public int? FindInteger(string name)
    {
        if (json.Find(name) is not { } field)
            return null;
        return field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out int value) && value >= 1
            ? value
            : throw Refuse(name, $"is {Shown(field.Value)}, expected an integer of at least 1");
    }

    public double Number(string name) => FindNumber(name) ?? throw Missing(name);

    public double? FindNumber(string name) => json.Find(name) is { } field ? PositiveNumber(name, field.Value) : null;

    public double PositiveNumber(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && number > 0
            ? number
            : throw Refuse(name, $"is {Shown(value)}, expected a positive number");

    public bool Flag(string name, bool absent)
    {
        if (json.Find(name) is not { } field)
            return absent;
        return field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? field.Value.GetBoolean()
            : throw Refuse(name, $"is {Shown(field.Value)}, expected true or false");
    }

    public string Text(string name) => FindText(name) ?? throw Missing(name);

    public string? FindText(string name)
    {
        if (json.Find(name) is not { } field)
            return null;
        return field.Value.ValueKind == JsonValueKind.String
            ? field.Value.GetString()
            : throw Refuse(name, $"is {Shown(field.Value)}, expected a text");
    }

    public JsonElement? FindObject(string name)
    {
        if (json.Find(name) is not { } field)
            return null;
        return field.Value.ValueKind == JsonValueKind.Object
            ? field.Value
            : throw Refuse(name, $"is {Shown(field.Value)}, expected an object");
    }

    /// <summary>The single architecture of <c>architectures</c>.</summary>
    public string Architecture()
    {
        const string Name = "architectures";
        if (json.Find(Name) is not { } field)
            throw Missing(Name);
        if (field.Value.ValueKind != JsonValueKind.Array || field.Value.GetArrayLength() != 1 || field.Value[0].ValueKind != JsonValueKind.String)
            throw Refuse(Name, $"is {Shown(field.Value)}, expected a list of one text");
        return field.Value[0].GetString()!;
    }

    /// <summary>A token id, or a list of them; empty when absent.</summary>
    public TokenIds TokenIdsOf(string name)
    {
        if (json.Find(name) is not { } field)
            return TokenIds.None;
        return field.Value.ValueKind == JsonValueKind.Array
            ? new TokenIds([.. field.Value.EnumerateArray().Select(id => TokenId(name, id))])
            : new TokenIds(TokenId(name, field.Value));
    }

    public void RefuseIfPresent(string name, string reason)
    {
        if (json.Find(name) is { } field)
            throw Refuse(name, $"is {Shown(field.Value)}: {reason}");
    }

    public void RequireFlag(string name, bool required, string reason)
    {
        if (Flag(name, required) != required)
            throw Refuse(name, $"is {(required ? "false" : "true")}: {reason}");
    }

    public ModelFormatException Refuse(string name, string problem) => new(json.Path, name, problem, json.Find(name)?.Offset);

    public ModelConfiguration Validated(Func<ModelConfiguration> build)
    {
        try
        {
            ModelConfiguration configuration = build();
            return configuration.Validate() is { } problem ? throw new ModelFormatException(json.Path, "config.json", problem) : configuration;
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelFormatException(json.Path, exception.ParamName ?? "config.json", exception.Message, null, exception);
        }
    }

    private int TokenId(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0
            ? id
            : throw Refuse(name, $"holds {Shown(value)}, expected token ids");

    private ModelFormatException Missing(string name) => new(json.Path, name, "is missing");

    private static string Shown(JsonElement value)
    {
        const int Longest = 80;
        string text = value.GetRawText();
        return text.Length <= Longest ? text : text[..Longest] + "...";
    }
}
