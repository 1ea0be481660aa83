using PlanForensics.Cli.Tokenizers;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Json;

/// <summary>One prompt of a protocol in <c>sweep --json</c>.</summary>
internal sealed record ProtocolPromptDocument(string Name, int Samples, int UniqueCount, bool IsExplained, IReadOnlyList<OutputGroupDocument> Outputs)
{
    public static ProtocolPromptDocument Of(ProtocolPrompt prompt, ModelTokenizer tokenizer) => new(
        prompt.Name, prompt.Samples, prompt.UniqueCount, prompt.IsExplained,
        [.. prompt.Groups.Select(group => new OutputGroupDocument(group.Samples, [.. group.BatchSizes], [.. group.Paths], [.. group.Tokens], tokenizer.Decode([.. group.Tokens])))]);
}
