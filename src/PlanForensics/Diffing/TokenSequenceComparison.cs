using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>The token sequences of two effective requests, compared by ids, prefix hashes, whole hashes or counts, whichever is at hand.</summary>
public sealed record TokenSequenceComparison
{
    private TokenSequenceComparison(EqualityFinding finding) => Finding = finding;

    /// <summary>Equal, different, or undecidable with what would tell.</summary>
    public EqualityFinding Finding { get; }

    /// <summary>Tokens on side A; null when not recorded.</summary>
    public int? CountA { get; private init; }

    /// <summary>Tokens on side B; null when not recorded.</summary>
    public int? CountB { get; private init; }

    /// <summary>0-based index of the first token that differs, or that only one side has; null when the sequences do not differ or it is unknown.</summary>
    public int? FirstDifferentIndex { get; private init; }

    /// <summary>The id at that index on side A; null when unknown, or side A has ended.</summary>
    public int? TokenA { get; private init; }

    /// <summary>The id at that index on side B; null when unknown, or side B has ended.</summary>
    public int? TokenB { get; private init; }

    internal static TokenSequenceComparison Of(EffectiveRequest a, EffectiveRequest b) => (ByIds(a, b)
        ?? ByPrefixes(a, b)
        ?? ByWholeHash(a, b)
        ?? new TokenSequenceComparison(Undecided(a, b))) with
    {
        CountA = CountOf(a),
        CountB = CountOf(b),
    };

    /// <summary>Compares requests under one key; ids are named where a side knows them in the clear.</summary>
    internal static TokenSequenceComparison OfKeyed(EffectiveRequest a, EffectiveRequest keyedA, EffectiveRequest b, EffectiveRequest keyedB)
    {
        TokenSequenceComparison keyed = Of(keyedA, keyedB);
        return keyed.FirstDifferentIndex is { } at ? keyed with { TokenA = IdAt(a, at), TokenB = IdAt(b, at) } : keyed;
    }

    private static TokenSequenceComparison? ByIds(EffectiveRequest a, EffectiveRequest b)
    {
        if (a.EffectiveTokenIds is not { } left || b.EffectiveTokenIds is not { } right)
            return null;
        int common = left.AsSpan().CommonPrefixLength(right.AsSpan());
        if (common == left.Count && common == right.Count)
            return new(EqualityFinding.Of(true, "token ids"));
        return new(EqualityFinding.Of(false, "token ids"))
        {
            FirstDifferentIndex = common,
            TokenA = common < left.Count ? left[common] : null,
            TokenB = common < right.Count ? right[common] : null,
        };
    }

    // One equal prefix hash shows that both sides used one key; without that, the names of the keys must say so.
    private static TokenSequenceComparison? ByPrefixes(EffectiveRequest a, EffectiveRequest b)
    {
        if (a.EffectiveTokenPrefixHashes is not { } left || b.EffectiveTokenPrefixHashes is not { } right)
            return null;
        int common = left.AsSpan().CommonPrefixLength(right.AsSpan());
        bool oneKey = common > 0 || (a.EffectiveTokenHash is { IsKeyed: true } hash && hash.IsComparableTo(b.EffectiveTokenHash));
        if (common == left.Count && common == right.Count)
            return new(EqualityFinding.Of(true, "keyed prefix hashes"));
        if (!oneKey && left.Count > 0 && right.Count > 0)
            return null;
        return new(EqualityFinding.Of(false, "keyed prefix hashes"))
        {
            FirstDifferentIndex = common,
        };
    }

    private static TokenSequenceComparison? ByWholeHash(EffectiveRequest a, EffectiveRequest b)
    {
        if (CountOf(a) is { } countA && CountOf(b) is { } countB && countA != countB)
            return new(EqualityFinding.Of(false, "token counts"));
        if (a.TokenHash is { } hashA && b.TokenHash is { } hashB && hashA.IsComparableTo(hashB))
            return new(EqualityFinding.Of(hashA == hashB, hashA.IsKeyed ? "keyed token hash" : "sha256 of the token ids"));
        if (PlainHash(a) is { } plainA && PlainHash(b) is { } plainB)
            return new(EqualityFinding.Of(plainA == plainB, "sha256 of the token ids"));
        return null;
    }

    private static EqualityFinding Undecided(EffectiveRequest a, EffectiveRequest b)
    {
        bool onA = a.TokenHash is not null || a.EffectiveTokenPrefixHashes is not null;
        bool onB = b.TokenHash is not null || b.EffectiveTokenPrefixHashes is not null;
        if (!onA || !onB)
            return EqualityFinding.Undecidable(Missing.Text("token ids or their hash", onA, onB));
        return EqualityFinding.Undecidable(HashKeys.NotComparable("the token ids", a.TokenHash, b.TokenHash));
    }

    private static ContentHash? PlainHash(EffectiveRequest request) => request.EffectiveTokenHash is { IsKeyed: false } plain ? plain
        : request.EffectiveTokenIds is { } ids ? ContentHash.OfTokenIds(ids.AsSpan())
        : null;

    private static int? IdAt(EffectiveRequest request, int index) =>
        request.EffectiveTokenIds is { } ids && index < ids.Count ? ids[index] : null;

    private static int? CountOf(EffectiveRequest request) => request.TokenCount ?? request.EffectiveTokenPrefixHashes?.Count;
}
