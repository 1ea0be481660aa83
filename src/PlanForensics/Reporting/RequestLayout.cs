using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out an effective request.</summary>
internal static class RequestLayout
{
    public static IReadOnlyList<FieldFacts> Fields(EffectiveRequest request, ReportOptions options)
    {
        List<FieldFacts> fields =
        [
            new("tokens", request.TokenCount is { } count ? Words.Of(count) : null),
            new("token hash", request.TokenHash?.ToString()),
            new("what the model saw", request.EffectivePrompt ?? Decoded(request, options)),
            new("as the client sent it", request.RawPrompt ?? request.RawPromptHash?.ToString()),
            new("system message", request.SystemMessage ?? request.SystemMessageHash?.ToString()),
            new("template version", request.RoutingTemplateVersion),
        ];
        if (request.Approximation is { } approximation)
            fields.Insert(0, new FieldFacts("approximation", approximation));
        fields.AddRange(Decode(request.Decode));
        return fields;
    }

    /// <summary>Null where nothing about shaping was recorded; empty where it was recorded that nothing happened.</summary>
    public static IReadOnlyList<ShapingFacts>? Shaping(EffectiveRequest request)
    {
        if (request.ShapingEvents is null && request.PolicyGates is null && request.Truncation is null && request.PrefixCache is null)
            return null;
        List<ShapingFacts> shaping = [];
        foreach (ShapingEvent item in request.ShapingEvents ?? [])
            shaping.Add(new ShapingFacts(item.Kind, item.Detail ?? "", item.TokensBefore, item.TokensAfter));
        if (request.Truncation is { } cut)
            shaping.Add(new ShapingFacts("truncation", Cut(cut), cut.OriginalTokenCount, request.TokenCount));
        foreach (PolicyGate gate in request.PolicyGates ?? [])
            shaping.Add(new ShapingFacts("policy_gate", Gate(gate), null, null));
        if (request.PrefixCache is { } cache)
            shaping.Add(new ShapingFacts("prefix_cache", Cache(cache), null, null));
        return shaping;
    }

    private static string? Decoded(EffectiveRequest request, ReportOptions options) => request.EffectiveTokenIds is not { } ids ? null
        : options.Decode?.Invoke(ids) ?? $"token ids {string.Join(' ', ids)}";

    private static IEnumerable<FieldFacts> Decode(DecodeConfiguration? decode)
    {
        yield return new FieldFacts("decoding", decode?.Method);
        if (decode is null)
            yield break;
        foreach ((string name, double? value) in new (string, double?)[]
        {
            ("temperature", decode.Temperature), ("top p", decode.TopP), ("top k", decode.TopK), ("min p", decode.MinP), ("seed", decode.Seed), ("most tokens", decode.MaxTokens),
            ("repetition penalty", decode.RepetitionPenalty), ("presence penalty", decode.PresencePenalty), ("frequency penalty", decode.FrequencyPenalty),
        })
            if (value is { } number)
                yield return new FieldFacts(name, Words.Of(number));
        if (decode.Stop is { Count: > 0 } stop)
            yield return new FieldFacts("stop texts", string.Join(", ", stop.Select(Words.Quote)));
        if (decode.TieRule is { } tie)
            yield return new FieldFacts("ties go to", Words.InWords(tie));
    }

    private static string Cut(PromptTruncation cut) => string.Create(
        CultureInfo.InvariantCulture, $"cut at token {cut.Boundary}{(cut.Side is { } side ? $", {side} side dropped" : "")}{(cut.Reason is { } reason ? $", because of {reason}" : "")}");

    private static string Gate(PolicyGate gate) =>
        $"{gate.Name}{(gate.Version is { } version ? $" {version}" : "")}{(gate.Modified is { } modified ? $" modified the {modified}" : "")}{(gate.Detail is { } detail ? $": {detail}" : "")}";

    private static string Cache(PrefixCacheUse cache) => !cache.Used ? "not used" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(cache.HitTokens is { } hits ? Words.Count(hits, "token") : "tokens")} from the cache{(cache.BlockTokens is { } block ? $", blocks of {block}" : "")}{(cache.Key is { } key ? $", key {key}" : "")}");
}
