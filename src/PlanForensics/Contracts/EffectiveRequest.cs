using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>
/// The effective request, x: what the model really saw after templating, shaping, truncation and gates. A field that was not recorded is
/// null, which is not the same as an empty list ("recorded: none").
/// </summary>
public sealed record EffectiveRequest : ExtensibleRecord
{
    /// <summary>The prompt as the client sent it; null when not recorded (prefer the hash where privacy matters).</summary>
    public string? RawPrompt { get; init; }

    /// <summary>Hash of <see cref="RawPrompt"/> (<see cref="ContentHash.OfText"/>).</summary>
    public ContentHash? RawPromptHash { get; init; }

    /// <summary>The prompt after templating and shaping, as text.</summary>
    public string? EffectivePrompt { get; init; }

    /// <summary>Hash of <see cref="EffectivePrompt"/> (<see cref="ContentHash.OfText"/>).</summary>
    public ContentHash? EffectivePromptHash { get; init; }

    /// <summary>The system message as text.</summary>
    public string? SystemMessage { get; init; }

    /// <summary>Hash of <see cref="SystemMessage"/> (<see cref="ContentHash.OfText"/>).</summary>
    public ContentHash? SystemMessageHash { get; init; }

    /// <summary>The tokens the model saw, special tokens included. Ids are 0 or more.</summary>
    public ValueList<int>? EffectiveTokenIds { get; init => field = ContractCheck.TokenIds(value); }

    /// <summary>Number of tokens the model saw; must agree with <see cref="EffectiveTokenIds"/> where both are recorded.</summary>
    public int? EffectiveTokenCount { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Hash of the token ids (<see cref="ContentHash.OfTokenIds"/>, or keyed).</summary>
    public ContentHash? EffectiveTokenHash { get; init; }

    /// <summary>
    /// A rolling keyed hash for each token, by which the first differing token of two redacted requests is found
    /// (<see cref="ContractRedaction"/>): 16 lower-case hexadecimal digits each.
    /// </summary>
    public ValueList<string>? EffectiveTokenPrefixHashes { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>Where and why the prompt was cut; null when it was not cut or the cut was not recorded.</summary>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>The decode configuration applied.</summary>
    public DecodeConfiguration? Decode { get; init; }

    /// <summary>What changed the prompt, in order.</summary>
    public ValueList<ShapingEvent>? ShapingEvents { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>Gates that modified the prompt or the decode path, in order.</summary>
    public ValueList<PolicyGate>? PolicyGates { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>What the prefix cache contributed.</summary>
    public PrefixCacheUse? PrefixCache { get; init; }

    /// <summary>Version of the routing or chat template.</summary>
    public string? RoutingTemplateVersion { get; init; }

    /// <summary>
    /// Null when these fields are what the model saw. Otherwise x is an approximation, and this says of what and why
    /// (<c>tokens re-encoded from the logged text; the template version is unknown</c>).
    /// </summary>
    public string? Approximation { get; init => field = ContractCheck.TextOrNull(value); }

    /// <summary>Whether <see cref="Approximation"/> is null.</summary>
    [JsonIgnore]
    public bool IsExact => Approximation is null;

    /// <summary><see cref="EffectiveTokenCount"/>, or else the number of <see cref="EffectiveTokenIds"/>.</summary>
    [JsonIgnore]
    public int? TokenCount => EffectiveTokenCount ?? EffectiveTokenIds?.Count;

    /// <summary><see cref="EffectiveTokenHash"/>, or else the plain hash of <see cref="EffectiveTokenIds"/>, computed anew.</summary>
    [JsonIgnore]
    public ContentHash? TokenHash => EffectiveTokenHash ?? (EffectiveTokenIds is { } ids ? ContentHash.OfTokenIds(ids.AsSpan()) : null);

    /// <summary>A request known by its tokens, with their count and plain hash.</summary>
    /// <param name="tokenIds">The tokens the model sees, special tokens included.</param>
    /// <param name="decode">The decode configuration, or null when not recorded.</param>
    /// <returns>The request.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public static EffectiveRequest FromTokenIds(ReadOnlySpan<int> tokenIds, DecodeConfiguration? decode = null) => new()
    {
        EffectiveTokenIds = ValueList.Create(tokenIds),
        EffectiveTokenCount = tokenIds.Length,
        EffectiveTokenHash = ContentHash.OfTokenIds(tokenIds),
        Decode = decode,
    };
}
