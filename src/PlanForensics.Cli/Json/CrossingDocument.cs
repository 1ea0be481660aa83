using System.Text.Json;
using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>The input that crossed in a transition.</summary>
internal sealed record CrossingDocument
{
    public required string Input { get; init; }

    public JsonElement? Before { get; init; }

    public JsonElement? After { get; init; }

    public double? Limit { get; init; }

    public int? Rank { get; init; }

    public CrossingComponentDocument? MovedBy { get; init; }

    public static CrossingDocument Of(RegimeCrossing crossing) => new()
    {
        Input = crossing.Input,
        Before = ValueOf(crossing.Before),
        After = ValueOf(crossing.After),
        Limit = crossing.Limit,
        Rank = crossing.Rank,
        MovedBy = crossing.MovedBy is { } part ? new CrossingComponentDocument { Input = part.Input, Before = part.Before, After = part.After } : null,
    };

    // Numbers and truth values as such, words as text.
    private static JsonElement? ValueOf(string? text)
    {
        if (text is null)
            return null;
        bool isJson = text is "true" or "false" || double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
        return JsonDocument.Parse(isJson ? text : $"\"{JsonEncodedText.Encode(text)}\"").RootElement;
    }
}
