using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PlanForensics.Contracts;

/// <summary>
/// Privacy mode: text and tokens of a contract are replaced by keyed hashes. The keyed hash of a content is
/// HMAC-SHA-256(key, SHA-256(content)), so that a plain SHA-256 that was recorded instead of the content gives the same keyed hash.
/// </summary>
/// <remarks>
/// <para>Contents: texts as UTF-8; token ids as 32-bit little-endian integers; the chosen token of step i as the two integers i and id.</para>
/// <para>Removed: prompts, system message, token ids, chosen tokens, top-k, full logits, captured tensors, details of shaping events and gates,
/// stop texts, unknown fields. The prefix-cache key becomes its keyed hash. Kept: counts, configuration, the whole state s, SHA-256 of
/// logits and hidden states.</para>
/// <para>What still leaks: token counts and timings; which requests of one key are equal, or begin with equally many equal tokens (prefix
/// hashes), and at which steps two of them chose equal tokens; whoever holds the weights can confirm a guessed prompt by its logit hashes;
/// whoever holds the key can recover tokens one by one from the prefix hashes.</para>
/// <para>Two redacted contracts are comparable where key and key id are equal. Redacting twice changes nothing more.</para>
/// </remarks>
public sealed class ContractRedaction
{
    /// <summary>Hexadecimal digits of one prefix hash: 64 bits of the HMAC.</summary>
    public const int PrefixHashDigits = 16;

    private readonly byte[] _key;
    private readonly bool _withPrefixHashes;

    /// <summary>Takes a key.</summary>
    /// <param name="key">The key, at least 16 bytes; copied.</param>
    /// <param name="keyId">Its public name, written into every hash: letters, digits, '-', '_' and '.'. A new key needs a new name.</param>
    /// <param name="withPrefixHashes">Whether to add <see cref="EffectiveRequest.EffectiveTokenPrefixHashes"/>. They find the first differing
    /// token of two requests, and tell how many leading tokens any two requests share.</param>
    /// <exception cref="ArgumentException">The key is shorter than 16 bytes, or the name has other characters.</exception>
    public ContractRedaction(ReadOnlySpan<byte> key, string keyId, bool withPrefixHashes = true)
    {
        if (key.Length < 16)
            throw new ArgumentException($"a key has at least 16 bytes, this one {key.Length}", nameof(key));
        if (!ContentHash.IsKeyId(keyId))
            throw new ArgumentException($"a key id is made of letters, digits, '-', '_' and '.', but is \"{keyId}\"", nameof(keyId));
        _key = key.ToArray();
        KeyId = keyId;
        _withPrefixHashes = withPrefixHashes;
    }

    /// <summary>The public name of the key.</summary>
    public string KeyId { get; }

    /// <summary>The keyed hash of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>HMAC-SHA-256(key, SHA-256(UTF-8 bytes)).</returns>
    public ContentHash HashText(string text) => Rekey(ContentHash.OfText(text));

    /// <summary>The keyed hash of token ids.</summary>
    /// <param name="tokenIds">The ids, in order.</param>
    /// <returns>HMAC-SHA-256(key, SHA-256(ids as 32-bit little-endian integers)).</returns>
    public ContentHash HashTokenIds(ReadOnlySpan<int> tokenIds) => Rekey(ContentHash.OfTokenIds(tokenIds));

    /// <summary>A rolling keyed hash for each token: equal at position i exactly when all tokens up to i are equal (but for 2^-64 chance).</summary>
    /// <param name="tokenIds">The ids, in order.</param>
    /// <returns>h(i) = HMAC-SHA-256(key, h(i-1) followed by id(i) as 4 little-endian bytes), h(-1) = 32 zero bytes; the first 16 digits of each.</returns>
    public ValueList<string> HashPrefixes(ReadOnlySpan<int> tokenIds)
    {
        string[] hashes = new string[tokenIds.Length];
        Span<byte> content = stackalloc byte[HMACSHA256.HashSizeInBytes + sizeof(int)];
        content.Clear();
        for (int index = 0; index < tokenIds.Length; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(content[HMACSHA256.HashSizeInBytes..], tokenIds[index]);
            byte[] hash = HMACSHA256.HashData(_key, content);
            hash.CopyTo(content);
            hashes[index] = Convert.ToHexStringLower(hash.AsSpan(0, PrefixHashDigits / 2));
        }

        return new ValueList<string>(hashes);
    }

    /// <summary>Replaces text and tokens of a contract; see the remarks of the class.</summary>
    /// <param name="contract">The contract.</param>
    /// <returns>A contract without text or tokens.</returns>
    /// <exception cref="ArgumentNullException">The contract is null.</exception>
    public ExecutionContract Redact(ExecutionContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return contract with
        {
            Model = contract.Model with { UnknownFields = null },
            Request = Redact(contract.Request),
            Steps = contract.Steps.Select(Redact).ToValueList(),
            UnknownFields = null,
        };
    }

    /// <summary>Replaces text and tokens of an effective request; see the remarks of the class.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A request without text or tokens.</returns>
    /// <exception cref="ArgumentNullException">The request is null.</exception>
    public EffectiveRequest Redact(EffectiveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new EffectiveRequest
        {
            RawPromptHash = Rekey(request.RawPromptHash, request.RawPrompt),
            EffectivePromptHash = Rekey(request.EffectivePromptHash, request.EffectivePrompt),
            SystemMessageHash = Rekey(request.SystemMessageHash, request.SystemMessage),
            EffectiveTokenCount = request.TokenCount,
            EffectiveTokenHash = request.TokenHash is { } hash ? Rekey(hash) : null,
            EffectiveTokenPrefixHashes = _withPrefixHashes && request.EffectiveTokenIds is { } ids
                ? HashPrefixes(ids.AsSpan())
                : request.EffectiveTokenPrefixHashes,
            Truncation = request.Truncation is { } cut ? cut with { UnknownFields = null } : null,
            Decode = request.Decode is { } decode ? decode with { Stop = Redact(decode.Stop), UnknownFields = null } : null,
            ShapingEvents = request.ShapingEvents?.Select(shaping => shaping with { Detail = null, UnknownFields = null }).ToValueList(),
            PolicyGates = request.PolicyGates?.Select(gate => gate with { Detail = null, UnknownFields = null }).ToValueList(),
            PrefixCache = request.PrefixCache is { } cache ? cache with { Key = RedactText(cache.Key), UnknownFields = null } : null,
            RoutingTemplateVersion = request.RoutingTemplateVersion,
            Approximation = request.Approximation,
        };
    }

    /// <summary>Replaces the tokens of one step and everything that tells them; see the remarks of the class.</summary>
    /// <param name="step">The step.</param>
    /// <returns>A step without tokens or tensors.</returns>
    /// <exception cref="ArgumentNullException">The step is null.</exception>
    public ContractStep Redact(ContractStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        StepObservation observed = step.Observation;
        return new ContractStep
        {
            State = step.State with
            {
                UnknownFields = null,
                Shape = step.State.Shape with { UnknownFields = null },
                Collective = step.State.Collective is { } collective ? collective with { UnknownFields = null } : null,
                MathFlags = step.State.MathFlags is { } flags ? flags with { UnknownFields = null } : null,
            },
            Observation = new StepObservation
            {
                ChosenTokenHash = observed.ChosenToken is { } token ? HashTokenIds([step.State.StepIndex, token]) : observed.ChosenTokenHash,
                LogitsSha256 = observed.LogitsHash,
                LogitsFormat = observed.LogitsFormatOrNull,
                HiddenStateHashes = observed.HiddenStateHashes?.Select(hash => hash with { UnknownFields = null }).ToValueList(),
            },
        };
    }

    private ContentHash? Rekey(ContentHash? hash, string? text) => text is not null ? HashText(text) : hash is null ? null : Rekey(hash);

    private ContentHash Rekey(ContentHash hash) => hash.IsKeyed
        ? hash
        : ContentHash.FromHmacSha256(KeyId, Convert.ToHexStringLower(HMACSHA256.HashData(_key, Convert.FromHexString(hash.Hex))));

    private string? RedactText(string? text) => text is null || IsRedacted(text) ? text : HashText(text).ToString();

    private ValueList<string>? Redact(ValueList<string>? texts) => texts?.Select(text => RedactText(text)!).ToValueList();

    private static bool IsRedacted(string text) => ContentHash.TryParse(text, out ContentHash? hash) && hash.IsKeyed;
}
