namespace PlanForensics.Regimes.Churn;

/// <summary>Counts steps that had equal inputs, between requests or between replicas only.</summary>
internal sealed class DriftCounter(bool betweenReplicas)
{
    private readonly (int Compared, int Drifted, int Tokens, int Logits)[] _regimes = new (int, int, int, int)[Enum.GetValues<Regime>().Length];
    private readonly SortedDictionary<(Regime, Regime), (long Compared, long Different)> _pairs = [];

    public IReadOnlyList<DriftTally> Tallies =>
    [
        .. _regimes.Select((tally, regime) => new DriftTally((Regime)regime, tally.Compared, tally.Drifted, tally.Tokens, tally.Logits)).Where(tally => tally.Compared > 0),
    ];

    public IReadOnlyList<DriftPair> Pairs => [.. _pairs.Select(pair => new DriftPair(pair.Key.Item1, pair.Key.Item2, pair.Value.Compared, pair.Value.Different))];

    /// <summary>Counts steps of equal inputs, grouped by outcome, regime and replica.</summary>
    public void Add(List<(DriftStep Step, int Count)> groups)
    {
        for (int a = 0; a < groups.Count; a++)
        {
            (DriftStep step, int count) = groups[a];
            (bool compared, bool tokens, bool logits) = (false, false, false);
            for (int b = 0; b < groups.Count; b++)
            {
                (DriftStep other, int others) = groups[b];
                if (a == b)
                    others = count - 1;
                if (others == 0 || (betweenReplicas && (step.Replica < 0 || other.Replica < 0 || step.Replica == other.Replica)))
                    continue;
                bool tokensCompare = step.TokensCompare(other);
                bool logitsCompare = step.LogitsCompare(other);
                if (!tokensCompare && !logitsCompare)
                    continue;
                compared = true;
                bool tokenDiffers = tokensCompare && step.Token != other.Token;
                bool logitsDiffer = logitsCompare && step.Logits != other.Logits;
                (tokens, logits) = (tokens | tokenDiffers, logits | logitsDiffer);
                if (b >= a)
                    AddPairs(step.Regime, other.Regime, a == b ? (long)count * (count - 1) / 2 : (long)count * others, tokenDiffers || logitsDiffer);
            }

            if (!compared)
                continue;
            ref (int Compared, int Drifted, int Tokens, int Logits) tally = ref _regimes[(int)step.Regime];
            tally = (tally.Compared + count, tally.Drifted + (tokens || logits ? count : 0), tally.Tokens + (tokens ? count : 0), tally.Logits + (logits ? count : 0));
        }
    }

    private void AddPairs(Regime a, Regime b, long pairs, bool differ)
    {
        (Regime, Regime) key = a <= b ? (a, b) : (b, a);
        (long compared, long different) = _pairs.GetValueOrDefault(key);
        _pairs[key] = (compared + pairs, different + (differ ? pairs : 0));
    }
}
