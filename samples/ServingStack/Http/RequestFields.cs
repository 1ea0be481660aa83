using System.Text.Json;

namespace ServingStack.Http;

/// <summary>Reads the fields of a request, and says what is wrong with one.</summary>
public sealed class RequestFields(JsonElement root)
{
    private const int LongestBody = 1 << 20;

    /// <summary>The body as an object.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static async Task<RequestFields> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > LongestBody)
            throw new ApiException(413, $"the body has {request.ContentLength} bytes; {LongestBody} are taken", code: "body_too_large");
        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestFields(document.RootElement.Clone())
                : throw new ApiException(400, $"the body is a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}; expected an object", code: "invalid_json");
        }
        catch (JsonException exception)
        {
            throw new ApiException(400, $"the body is not JSON: {exception.Message}", code: "invalid_json");
        }
    }

    /// <summary>A field, or null where it is absent or null.</summary>
    public JsonElement? Find(string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a string");

    /// <summary>A truth value.</summary>
    public bool Truth(string name) => Find(name) is { } value && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false"));

    /// <summary>A number within bounds.</summary>
    public double Number(string name, double otherwise, double least, double most) => Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most ? number
        : throw Wrong(name, FormattableString.Invariant($"a number from {least} to {most}"));

    /// <summary>An integer within bounds, or null.</summary>
    public long? Integer(string name, long least, long most) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most ? number
        : throw Wrong(name, FormattableString.Invariant($"an integer from {least} to {most}"));

    /// <summary>A text or a list of at most four.</summary>
    public IReadOnlyList<string> Stops(string name)
    {
        if (Find(name) is not { } value)
            return [];
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return items.Length <= 4 && items.All(item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length > 0)
            ? [.. items.Select(item => item.GetString()!)]
            : throw Wrong(name, "a string, or up to four, none of them empty");
    }

    /// <summary>Fields of OpenAI's API that this server does not have: present with anything but the value that changes nothing, they are refused rather than ignored.</summary>
    public void Refuse(params ReadOnlySpan<(string Name, string Neutral)> fields)
    {
        foreach ((string name, string neutral) in fields)
            if (Find(name) is { } value && value.GetRawText() is var raw && raw != neutral && !(neutral == "0" && raw is "0.0") && raw is not ("{}" or "[]"))
                throw new ApiException(400, $"{name} is not supported by this server (only {neutral})", name, "unsupported_parameter");
    }

    /// <summary>An error about a field.</summary>
    public static ApiException Wrong(string name, string expected) => new(400, $"{name} must be {expected}", name, "invalid_value");
}
