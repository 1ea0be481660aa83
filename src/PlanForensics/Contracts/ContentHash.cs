using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace PlanForensics.Contracts;

/// <summary>
/// A hash that stands for text or token ids: a plain SHA-256, or a keyed one where privacy forbids that (<see cref="ContractRedaction"/>).
/// The text form is <c>sha256:HEX</c> or <c>hmac-sha256:KEYID:HEX</c>. Two hashes say something about each other only when
/// <see cref="IsComparableTo"/> holds.
/// </summary>
public sealed record ContentHash
{
    private const string PlainPrefix = "sha256:";
    private const string KeyedPrefix = "hmac-sha256:";

    private ContentHash(string? keyId, string hex)
    {
        KeyId = keyId;
        Hex = hex;
    }

    /// <summary>The name of the key of a keyed hash; null for a plain SHA-256. Letters, digits, '-', '_' and '.'.</summary>
    public string? KeyId { get; }

    /// <summary>The 32 bytes of the hash as 64 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>Whether the hash is keyed (HMAC-SHA-256).</summary>
    public bool IsKeyed => KeyId is not null;

    /// <summary>SHA-256 of the UTF-8 bytes of a text, without a byte order mark; no normalisation of any kind.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A plain hash.</returns>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public static ContentHash OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContentHash(null, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>SHA-256 of token ids, each as a 32-bit little-endian integer, in order (4 bytes a token; no header).</summary>
    /// <param name="tokenIds">The ids.</param>
    /// <returns>A plain hash.</returns>
    public static ContentHash OfTokenIds(ReadOnlySpan<int> tokenIds) =>
        new(null, Convert.ToHexStringLower(SHA256.HashData(TokenIdBytes.Of(tokenIds))));

    /// <summary>A plain SHA-256 that was computed elsewhere.</summary>
    /// <param name="hex">64 lower-case hexadecimal digits.</param>
    /// <returns>A plain hash.</returns>
    /// <exception cref="ArgumentException">The text is not 64 lower-case hexadecimal digits.</exception>
    public static ContentHash FromSha256(string hex) => new(null, ContractCheck.Sha256(hex, nameof(hex)));

    /// <summary>A keyed hash that was computed elsewhere.</summary>
    /// <param name="keyId">The name of the key: letters, digits, '-', '_' and '.'.</param>
    /// <param name="hex">64 lower-case hexadecimal digits.</param>
    /// <returns>A keyed hash.</returns>
    /// <exception cref="ArgumentException">The name or the digits are not as described.</exception>
    public static ContentHash FromHmacSha256(string keyId, string hex)
    {
        if (!IsKeyId(keyId))
            throw new ArgumentException($"a key id is made of letters, digits, '-', '_' and '.', but is \"{keyId}\"", nameof(keyId));
        return new ContentHash(keyId, ContractCheck.Sha256(hex, nameof(hex)));
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="text"><c>sha256:HEX</c> or <c>hmac-sha256:KEYID:HEX</c>.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="FormatException">The text is neither form.</exception>
    public static ContentHash Parse(string text) => TryParse(text, out ContentHash? hash)
        ? hash
        : throw new FormatException($"a hash is written sha256:HEX or hmac-sha256:KEYID:HEX with 64 lower-case hexadecimal digits, but is \"{text}\"");

    /// <summary>Reads the text form without throwing.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="hash">The hash, when the method returns true.</param>
    /// <returns>Whether the text is one of the two forms.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ContentHash? hash)
    {
        hash = null;
        if (text is null)
            return false;
        if (text.StartsWith(PlainPrefix, StringComparison.Ordinal) && ContractCheck.IsSha256(text.AsSpan(PlainPrefix.Length)))
            hash = new ContentHash(null, text[PlainPrefix.Length..]);
        else if (text.StartsWith(KeyedPrefix, StringComparison.Ordinal) && text.LastIndexOf(':') is var colon && colon >= KeyedPrefix.Length
            && IsKeyId(text.AsSpan(KeyedPrefix.Length, colon - KeyedPrefix.Length)) && ContractCheck.IsSha256(text.AsSpan(colon + 1)))
            hash = new ContentHash(text[KeyedPrefix.Length..colon], text[(colon + 1)..]);
        return hash is not null;
    }

    /// <summary>Whether equality and inequality of the two hashes tell equality and inequality of the contents.</summary>
    /// <param name="other">The other hash, or null.</param>
    /// <returns>True when both are plain, or both are keyed with the same key id.</returns>
    public bool IsComparableTo(ContentHash? other) => other is not null && other.KeyId == KeyId;

    /// <summary>The text form.</summary>
    /// <returns><c>sha256:HEX</c> or <c>hmac-sha256:KEYID:HEX</c>.</returns>
    public override string ToString() => KeyId is null ? PlainPrefix + Hex : $"{KeyedPrefix}{KeyId}:{Hex}";

    internal static bool IsKeyId(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.'))
                return false;
        return text.Length > 0;
    }
}
