using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Json;

/// <summary>A token's id, and its text where a tokeniser was given.</summary>
internal sealed record TokenDocument
{
    public required int Id { get; init; }

    public required string? Text { get; init; }

    public static TokenDocument? Of(int? token, ModelTokenizer? tokenizer) => token is { } id ? new() { Id = id, Text = tokenizer?.TokenText(id) } : null;
}
