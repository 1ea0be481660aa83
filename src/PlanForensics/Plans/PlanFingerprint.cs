using System.Security.Cryptography;
using System.Text;

namespace PlanForensics.Plans;

/// <summary>SHA-256 of a canonical plan or program text (UTF-8), as 64 lower-case hex digits.</summary>
public readonly record struct PlanFingerprint
{
    private readonly string? _hex;

    private PlanFingerprint(string hex) => _hex = hex;

    /// <summary>The 64 hex digits; the empty string for the default value.</summary>
    public string Hex => _hex ?? "";

    /// <summary>The first 12 hex digits, for people.</summary>
    public string Short => Hex.Length == 0 ? "" : Hex[..12];

    /// <summary>Computes the fingerprint of a text.</summary>
    /// <param name="canonicalText">The canonical text.</param>
    /// <returns>The fingerprint.</returns>
    public static PlanFingerprint Of(string canonicalText)
    {
        ArgumentNullException.ThrowIfNull(canonicalText);
        return new PlanFingerprint(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalText))));
    }

    /// <summary>The 64 hex digits.</summary>
    /// <returns><see cref="Hex"/>.</returns>
    public override string ToString() => Hex;
}
