using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>What must hold between fields; single fields are checked where they are set.</summary>
internal static class ContractRules
{
    public static string? FindProblem(ExecutionContract contract)
    {
        if (FindProblem(contract.Request) is { } inRequest)
            return inRequest;
        foreach (ContractStep step in contract.Steps)
            if (FindProblem(step.Observation) is { } inStep)
                return $"step {step.State.StepIndex}: {inStep}";
        return null;
    }

    public static string? FindProblem(EffectiveRequest request)
    {
        if (request.EffectiveTokenIds is { } ids && request.EffectiveTokenCount is { } said && said != ids.Count)
            return $"effective_token_count is {said}, but effective_token_ids holds {ids.Count}";
        if (request.EffectiveTokenPrefixHashes is { } prefixes && request.TokenCount is { } count && prefixes.Count != count)
            return $"effective_token_prefix_hashes holds {prefixes.Count} entries, but there are {count} tokens";
        if (request is { EffectiveTokenIds: { } tokens, EffectiveTokenHash: { IsKeyed: false } hash } && ContentHash.OfTokenIds(tokens.AsSpan()) != hash)
            return $"effective_token_hash is {hash}, but the ids have {ContentHash.OfTokenIds(tokens.AsSpan())}";
        return Mismatch("raw_prompt", request.RawPrompt, request.RawPromptHash)
            ?? Mismatch("effective_prompt", request.EffectivePrompt, request.EffectivePromptHash)
            ?? Mismatch("system_message", request.SystemMessage, request.SystemMessageHash);
    }

    public static string? FindProblem(StepObservation observation)
    {
        if (observation is { Logits: { } logits, LogitsSha256: { } hash } && logits.Sha256 != hash)
            return $"logits_sha256 is {hash}, but the logits have {logits.Sha256}";
        if (observation.Logits is { } tensor && observation.LogitsFormat is { } format && tensor.Format != format)
            return $"logits_format is {NumericFormats.NameOf(format)}, but the logits are {NumericFormats.NameOf(tensor.Format)}";
        return null;
    }

    private static string? Mismatch(string name, string? text, ContentHash? hash) =>
        text is not null && hash is { IsKeyed: false } && ContentHash.OfText(text) != hash
            ? $"{name}_hash is {hash}, but the text has {ContentHash.OfText(text)}"
            : null;
}
