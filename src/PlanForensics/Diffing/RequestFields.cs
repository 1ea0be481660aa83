using System.Globalization;
using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Walks the parts of two effective requests other than the tokens.</summary>
internal static class RequestFields
{
    public static IReadOnlyList<RequestFieldComparison> Compare(EffectiveRequest a, EffectiveRequest b)
    {
        RequestFieldList list = new();
        list.AddContent("raw_prompt", RequestFieldEffect.Provenance, a.RawPrompt, a.RawPromptHash, b.RawPrompt, b.RawPromptHash);
        list.AddContent(
            "effective_prompt", RequestFieldEffect.Provenance, a.EffectivePrompt, a.EffectivePromptHash, b.EffectivePrompt, b.EffectivePromptHash);
        list.AddContent("system_message", RequestFieldEffect.Provenance, a.SystemMessage, a.SystemMessageHash, b.SystemMessage, b.SystemMessageHash);
        list.AddText("routing_template_version", RequestFieldEffect.Provenance, a.RoutingTemplateVersion, b.RoutingTemplateVersion);
        AddTruncation(list, a.Truncation, b.Truncation);
        AddDecode(list, a.Decode, b.Decode);
        AddList(list, "shaping_events", RequestFieldEffect.Provenance, a.ShapingEvents, b.ShapingEvents, AddShaping);
        AddList(list, "policy_gates", RequestFieldEffect.Decoding, a.PolicyGates, b.PolicyGates, AddGate);
        AddPrefixCache(list, a.PrefixCache, b.PrefixCache);
        list.AddUnknown("", RequestFieldEffect.Provenance, a.UnknownFields, b.UnknownFields);
        return list.Fields;
    }

    private static void AddTruncation(RequestFieldList list, PromptTruncation? a, PromptTruncation? b)
    {
        const RequestFieldEffect Effect = RequestFieldEffect.Provenance;
        list.Add("truncation.boundary", Effect, a?.Boundary, b?.Boundary);
        list.AddText("truncation.side", Effect, a?.Side, b?.Side);
        list.AddText("truncation.reason", Effect, a?.Reason, b?.Reason);
        list.Add("truncation.original_token_count", Effect, a?.OriginalTokenCount, b?.OriginalTokenCount);
        list.AddUnknown("truncation.", Effect, a?.UnknownFields, b?.UnknownFields);
    }

    private static void AddDecode(RequestFieldList list, DecodeConfiguration? a, DecodeConfiguration? b)
    {
        const RequestFieldEffect Effect = RequestFieldEffect.Decoding;
        list.AddText("decode.method", Effect, a?.Method, b?.Method);
        list.Add("decode.temperature", Effect, a?.Temperature, b?.Temperature);
        list.Add("decode.top_p", Effect, a?.TopP, b?.TopP);
        list.Add("decode.top_k", Effect, a?.TopK, b?.TopK);
        list.Add("decode.min_p", Effect, a?.MinP, b?.MinP);
        list.Add("decode.seed", Effect, a?.Seed, b?.Seed);
        list.Add("decode.max_tokens", Effect, a?.MaxTokens, b?.MaxTokens);
        list.Add("decode.repetition_penalty", Effect, a?.RepetitionPenalty, b?.RepetitionPenalty);
        list.Add("decode.presence_penalty", Effect, a?.PresencePenalty, b?.PresencePenalty);
        list.Add("decode.frequency_penalty", Effect, a?.FrequencyPenalty, b?.FrequencyPenalty);
        AddList(list, "decode.stop", Effect, a?.Stop, b?.Stop, static (list, name, effect, x, y) => list.AddText(name, effect, x, y));
        list.AddText("decode.tie_rule", Effect, a?.TieRule, b?.TieRule);
        list.AddUnknown("decode.", Effect, a?.UnknownFields, b?.UnknownFields);
    }

    private static void AddShaping(RequestFieldList list, string name, RequestFieldEffect effect, ShapingEvent a, ShapingEvent b)
    {
        list.AddText(name + ".kind", effect, a.Kind, b.Kind);
        list.AddText(name + ".detail", effect, a.Detail, b.Detail);
        list.Add(name + ".tokens_before", effect, a.TokensBefore, b.TokensBefore);
        list.Add(name + ".tokens_after", effect, a.TokensAfter, b.TokensAfter);
        list.AddUnknown(name + ".", effect, a.UnknownFields, b.UnknownFields);
    }

    // A gate that says it modified only the prompt acts through the tokens; any other may have changed the decode path.
    private static void AddGate(RequestFieldList list, string name, RequestFieldEffect effect, PolicyGate a, PolicyGate b)
    {
        if (a.Modified == "prompt" && b.Modified == "prompt")
            effect = RequestFieldEffect.Provenance;
        list.AddText(name + ".name", effect, a.Name, b.Name);
        list.AddText(name + ".version", effect, a.Version, b.Version);
        list.AddText(name + ".modified", effect, a.Modified, b.Modified);
        list.AddText(name + ".detail", effect, a.Detail, b.Detail);
        list.AddUnknown(name + ".", effect, a.UnknownFields, b.UnknownFields);
    }

    private static void AddPrefixCache(RequestFieldList list, PrefixCacheUse? a, PrefixCacheUse? b)
    {
        const RequestFieldEffect Effect = RequestFieldEffect.Cache;
        list.Add("prefix_cache.used", Effect, a?.Used, b?.Used);
        list.AddText("prefix_cache.key", Effect, a?.Key, b?.Key);
        list.Add("prefix_cache.hit_tokens", Effect, a?.HitTokens, b?.HitTokens);
        list.Add("prefix_cache.block_tokens", Effect, a?.BlockTokens, b?.BlockTokens);
        list.AddUnknown("prefix_cache.", Effect, a?.UnknownFields, b?.UnknownFields);
    }

    private static void AddList<T>(
        RequestFieldList list,
        string name,
        RequestFieldEffect effect,
        ValueList<T>? a,
        ValueList<T>? b,
        Action<RequestFieldList, string, RequestFieldEffect, T, T> addItem)
    {
        list.Add(name + ".count", effect, a?.Count, b?.Count);
        for (int index = 0; index < Math.Min(a?.Count ?? 0, b?.Count ?? 0); index++)
            addItem(list, string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]"), effect, a![index], b![index]);
    }
}
