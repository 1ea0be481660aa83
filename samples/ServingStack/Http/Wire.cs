using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServingStack.Http;

/// <summary>What goes over the wire: OpenAI's names.</summary>
public static class Wire
{
    /// <summary>snake_case, and nothing for what is null.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An error object.</summary>
    public sealed record ErrorBody(ErrorDetail Error);

    /// <summary>What an error object says; its fields are there even where they are null.</summary>
    public sealed record ErrorDetail(
        string Message, string Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);

    /// <summary>Tokens read and written.</summary>
    public sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens);

    /// <summary>An answer of /v1/completions, whole or a chunk of it.</summary>
    public sealed record TextCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<TextChoice> Choices, Usage? Usage = null);

    /// <summary>A completion.</summary>
    public sealed record TextChoice(
        int Index, string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] object? Logprobs = null);

    /// <summary>An answer of /v1/chat/completions, whole or a chunk of it.</summary>
    public sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, Usage? Usage = null);

    /// <summary>A message, or what a chunk adds to it.</summary>
    public sealed record ChatChoice(
        int Index, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason, ChatText? Message = null, ChatText? Delta = null);

    /// <summary>Who says what.</summary>
    public sealed record ChatText(string? Role, string? Content);

    /// <summary>The models.</summary>
    public sealed record ModelList(string Object, IReadOnlyList<ModelCard> Data);

    /// <summary>A model.</summary>
    public sealed record ModelCard(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);
}
