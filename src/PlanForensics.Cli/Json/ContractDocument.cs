using System.Text.Json;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;

namespace PlanForensics.Cli.Json;

/// <summary><c>show --json</c>: the contract as its published schema has it, without the bytes of tensors, and its tokens as text.</summary>
internal sealed record ContractDocument
{
    public required JsonElement Contract { get; init; }

    public required string? PromptText { get; init; }

    public required string? CompletionText { get; init; }

    public static ContractDocument Of(ExecutionContract contract, ModelTokenizer? tokenizer)
    {
        using JsonDocument json = JsonDocument.Parse(ContractJson.Format(contract));
        return new ContractDocument
        {
            Contract = json.RootElement.Clone(),
            PromptText = contract.Request.EffectiveTokenIds is { } ids ? tokenizer?.Decode(ids.AsSpan()) : null,
            CompletionText = tokenizer?.Decode([.. contract.ChosenTokens]),
        };
    }
}
