using PlanForensics.Contracts;
using ServingStack.Engine;

namespace ServingStack.Http;

/// <summary>What both endpoints have in common: model, limits, sampling, and the way into the engine.</summary>
public sealed record CompletionSetup(int[] Prompt, Sampling Sampling, int MaximumTokens, IReadOnlyList<string> Stops)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ApiException">Something is wrong with the request.</exception>
    public static CompletionSetup Of(RequestFields fields, int[] prompt, int context, int defaultTokens)
    {
        if (prompt.Length == 0)
            throw RequestFields.Wrong("prompt", "at least one token long");
        if (prompt.Length >= context)
            throw new ApiException(
                400, $"this model's maximum context length is {context} tokens; the prompt has {prompt.Length}, and leaves no room for a completion", "prompt", "context_length_exceeded");
        long? asked = fields.Integer("max_tokens", 1, int.MaxValue) ?? fields.Integer("max_completion_tokens", 1, int.MaxValue);
        if (asked > context - prompt.Length)
            throw new ApiException(
                400, $"this model's maximum context length is {context} tokens; {prompt.Length} in the prompt and {asked} in the completion are {prompt.Length + asked}", "max_tokens", "context_length_exceeded");
        var sampling = new Sampling(
            fields.Number("temperature", 1, 0, 2), fields.Number("top_p", 1, double.Epsilon, 1), fields.Integer("seed", long.MinValue, long.MaxValue) ?? Random.Shared.NextInt64());
        return new CompletionSetup(prompt, sampling, (int)(asked ?? Math.Min(defaultTokens, context - prompt.Length)), fields.Stops("stop"));
    }

    /// <summary>The decode configuration in contracts.</summary>
    public DecodeConfiguration Decode => new()
    {
        Method = Sampling.Temperature == 0 ? "greedy" : "sample",
        Temperature = Sampling.Temperature,
        TopP = Sampling.TopP,
        Seed = Sampling.Temperature == 0 ? null : Sampling.Seed,
        MaxTokens = MaximumTokens,
        Stop = Stops.ToValueList(),
        TieRule = "lowest_id",
    };
}
