using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Two effective requests compared, before any plan is blamed: x first.</summary>
/// <remarks>Every recorded part is compared, tokens first. A part that one side did not record, or that is hashed under another key, is
/// undecidable and says what would tell; a part that neither side recorded is not listed, the tokens apart.</remarks>
public sealed record RequestComparison
{
    private RequestComparison()
    {
    }

    /// <summary>The conclusion, as <see cref="Compare"/> describes it. A <see cref="EqualityFinding.Because"/> of "different" names the first
    /// decisive field.</summary>
    public required EqualityFinding Finding { get; init; }

    /// <summary>The token sequences.</summary>
    public required TokenSequenceComparison Tokens { get; init; }

    /// <summary>Every part that at least one side recorded, tokens first.</summary>
    public required ValueList<RequestFieldComparison> Fields { get; init; }

    /// <summary>Of what side A is an approximation; null when it is exact.</summary>
    public required string? ApproximationA { get; init; }

    /// <summary>Of what side B is an approximation; null when it is exact.</summary>
    public required string? ApproximationB { get; init; }

    /// <summary>Whether at least one side is not exactly what the model saw.</summary>
    public bool IsApproximate => ApproximationA is not null || ApproximationB is not null;

    /// <summary>The parts that are known to differ.</summary>
    public IEnumerable<RequestFieldComparison> Differences => Fields.Where(part => part.Finding.IsDifferent);

    /// <summary>The parts that differ and could have changed an output. A difference in provenance is none when both sides are exact and their
    /// tokens are equal: it acts through the tokens alone.</summary>
    public IEnumerable<RequestFieldComparison> DecisiveDifferences => Differences.Where(IsDecisive);

    /// <summary>The parts that the record does not decide.</summary>
    public IEnumerable<RequestFieldComparison> Undecidable => Fields.Where(part => part.Finding.IsUndecidable);

    private bool TokensSettleProvenance => Tokens.Finding.IsEqual && !IsApproximate;

    /// <summary>Compares two effective requests.</summary>
    /// <param name="a">Side A.</param>
    /// <param name="b">Side B.</param>
    /// <param name="key">The key of privacy mode, where it is at hand: then text and tokens of one side compare with keyed hashes of the other.
    /// Default: none.</param>
    /// <returns>The comparison. Different when a decisive part differs; equal when tokens are known to be equal and nothing decisive is
    /// undecidable; else undecidable.</returns>
    /// <exception cref="ArgumentNullException">A request is null.</exception>
    public static RequestComparison Compare(EffectiveRequest a, EffectiveRequest b, ContractRedaction? key = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        TokenSequenceComparison tokens = TokenSequenceComparison.Of(a, b);
        IReadOnlyList<RequestFieldComparison> fields = RequestFields.Compare(a, b);
        if (key is not null)
        {
            EffectiveRequest keyedA = key.Redact(a);
            EffectiveRequest keyedB = key.Redact(b);
            tokens = tokens.Finding.IsUndecidable ? TokenSequenceComparison.OfKeyed(a, keyedA, b, keyedB) : tokens;
            fields = Settle(fields, RequestFields.Compare(keyedA, keyedB));
        }

        RequestComparison comparison = new()
        {
            Finding = tokens.Finding,
            Tokens = tokens,
            Fields = [TokenField(tokens), .. fields],
            ApproximationA = a.Approximation,
            ApproximationB = b.Approximation,
        };
        return comparison with { Finding = comparison.Conclude() };
    }

    private static RequestFieldComparison TokenField(TokenSequenceComparison tokens)
    {
        string? Show(int? id, int? count) => tokens.FirstDifferentIndex is { } at
            ? FormattableString.Invariant($"{(id is { } token ? $"token {token}" : count <= at ? "end" : "another token")} at {at}")
            : count is { } number ? FormattableString.Invariant($"{number} tokens") : null;
        return new RequestFieldComparison(
            "effective_token_ids", RequestFieldEffect.Tokens, tokens.Finding, Show(tokens.TokenA, tokens.CountA), Show(tokens.TokenB, tokens.CountB));
    }

    private static List<RequestFieldComparison> Settle(IReadOnlyList<RequestFieldComparison> fields, IReadOnlyList<RequestFieldComparison> keyed)
    {
        Dictionary<string, RequestFieldComparison> byName = keyed.ToDictionary(field => field.Field);
        return
        [
            .. fields.Select(field => field.Finding.IsUndecidable && byName.TryGetValue(field.Field, out RequestFieldComparison? settled)
                && !settled.Finding.IsUndecidable ? settled : field),
        ];
    }

    private bool IsDecisive(RequestFieldComparison field) => field.Effect != RequestFieldEffect.Provenance || !TokensSettleProvenance;

    private EqualityFinding Conclude()
    {
        if (DecisiveDifferences.FirstOrDefault() is { } first)
            return EqualityFinding.Of(false, first.Field);
        if (Tokens.Finding.IsUndecidable)
            return Tokens.Finding;
        string[] open = [.. Undecidable.Where(IsDecisive).Select(field => field.Field)];
        if (open.Length > 0)
            return EqualityFinding.Undecidable($"{string.Join(", ", open)} not recorded comparably on both sides");
        return EqualityFinding.Of(true, IsApproximate ? $"{Tokens.Finding.Because}; as far as an approximation tells" : Tokens.Finding.Because);
    }
}
