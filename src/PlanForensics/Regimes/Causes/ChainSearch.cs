using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>Looks for a pattern's stages one after the other, and asks of what it finds how likely it were by chance.</summary>
internal sealed class ChainSearch(ChainPattern pattern, Signal[] stages, ReplicaTable table, CauseOptions options)
{
    private readonly int _within = options.WithinIterations * pattern.Patience;

    public IEnumerable<CausalChain> Run()
    {
        List<(int From, int To)> covered = [];
        for (int head = 0; head <= pattern.LatestHead; head++)
        {
            // Every beginning of the first stage is a chance for a chain, and so is every stage that may come first.
            int starts = stages[head].Onsets.Count * (pattern.LatestHead + 1);
            foreach (Onset onset in stages[head].Onsets)
            {
                if (covered.Exists(span => span.From <= onset.Iteration && onset.Iteration <= span.To))
                    continue;
                if (Extend(head, onset, starts) is not { } found)
                    continue;
                covered.Add((onset.Iteration, found.Last));
                yield return found.Chain;
            }
        }
    }

    private (CausalChain Chain, int Last)? Extend(int head, Onset first, int starts)
    {
        List<(int Stage, Onset Onset)> links = [(head, first)];
        List<MissingLink> missing = [.. Enumerable.Range(0, head).Select(stage => Before(stage, first.Iteration))];
        int last = first.Iteration, window = _within;
        bool isBroken = false;
        for (int stage = head + 1; stage < stages.Length; stage++)
        {
            int from = From(stage, first.Iteration, last);
            if (isBroken)
                missing.Add(new MissingLink(stages[stage].Event, "not looked for behind a stage that did not follow", []));
            else if (stages[stage].Find(from, last + window) is { } next)
            {
                links.Add((stage, next));
                (last, window) = (Math.Max(last, next.Iteration), _within);
            }
            else if (stages[stage].IsRecordedIn(from, last + window))
            {
                missing.Add(new MissingLink(stages[stage].Event, FormattableString.Invariant($"recorded; did not begin within {window} iterations"), []));
                isBroken = true;
            }
            else
            {
                missing.Add(new MissingLink(stages[stage].Event, "not recorded", stages[stage].Fields));
                window += _within;
            }
        }

        if (pattern.Kind == ChainKind.Residency && links.Count > 1 && links[1].Onset.Run > 2 * first.Run)
            return null; // the cache had recovered long before the steps did

        bool allUnrecorded = missing.TrueForAll(link => link.Fields.Count > 0);
        if (links.Count < 2 || (missing.Count > 0 && links.Count < pattern.LeastLinks && !(allUnrecorded && links.Count >= 2 && stages.Length == 3)))
            return null;
        double chance = starts * Chance(links);
        return chance <= options.LargestChance && starts * Coincidence(links) <= options.LargestCoincidence
            ? (new CausalChain(pattern.Kind, table.Replica, links.Select(Link).ToValueList(), missing.ToValueList(), chance), last)
            : null;
    }

    /// <summary>Where a stage may begin: a batch is formed before its step's times are known, so it answers the steps before it; a posture shows in the regime at once.</summary>
    private int From(int stage, int first, int last) => (stages[stage].Event, pattern.Kind) switch
    {
        (CauseEvent.RegimeCrossed, _) => first,
        (CauseEvent.BatchDropped or CauseEvent.BatchChanged, not ChainKind.Isolation) => last + 1,
        _ => last,
    };

    private MissingLink Before(int stage, int iteration)
    {
        Signal signal = stages[stage];
        int from = Math.Max(0, iteration - _within);
        return signal.IsRecordedIn(from, iteration)
            ? new MissingLink(signal.Event, FormattableString.Invariant($"recorded; did not begin in the {_within} iterations before"), [])
            : new MissingLink(signal.Event, "not recorded", signal.Fields);
    }

    private CausalLink Link((int Stage, Onset Onset) link)
    {
        (int stage, Onset onset) = link;
        EngineStep step = stages[stage].Rank is { } rank ? table.Find(onset.Iteration, rank) ?? table.First(onset.Iteration) : table.First(onset.Iteration);
        return new CausalLink(stages[stage].Event, step.Index, stages[stage].Rank, step.StartedAt, onset.Run, stages[stage].EvidenceAt(onset.Iteration));
    }

    /// <summary>
    /// The probability of the order alone, if iterations came in any order: what happens inside one iteration says nothing; a link d iterations behind the one before has 1 - (1 - rate)^d; the longest-lasting link has share^(run - 1), times
    /// the number of links among which it was picked. Combined by Fisher's method.
    /// </summary>
    private double Chance(List<(int Stage, Onset Onset)> links)
    {
        List<double> parts = [];
        double run = 1;
        for (int index = 0; index < links.Count; index++)
        {
            (int stage, Onset onset) = links[index];
            run = Math.Min(run, Power(stages[stage].Share, onset.Run - 1));
            int lag = index == 0 ? 0 : onset.Iteration - links[index - 1].Onset.Iteration;
            if (lag >= 1)
                parts.Add(1 - Power(1 - stages[stage].Rate, lag));
        }

        parts.Add(Math.Min(1, run * links.Count));
        return Fisher(parts);
    }

    /// <summary>The probability that links which have nothing to do with each other begin as near to each other as these do: beside the order, they must meet too often for traffic that comes and goes by itself.</summary>
    private double Coincidence(List<(int Stage, Onset Onset)> links) => Fisher([.. links.Skip(1).Select((link, index) =>
        1 - Power(1 - stages[link.Stage].Rate, Math.Abs(link.Onset.Iteration - links[index].Onset.Iteration) + 1))]);

    /// <summary>A whole power by squaring.</summary>
    private static double Power(double value, int exponent)
    {
        double power = 1;
        for (double square = value; exponent > 0; exponent >>= 1, square *= square)
            if ((exponent & 1) != 0)
                power *= square;
        return power;
    }

    /// <summary>P(product of m uniform numbers &lt;= x) = x sum over j below m of (-ln x)^j / j!.</summary>
    private static double Fisher(List<double> parts)
    {
        double product = 1;
        foreach (double part in parts)
            product *= part;
        if (product <= 0)
            return 0;
        double sum = 0, term = 1;
        for (int index = 0; index < parts.Count; index++)
        {
            sum += term;
            term *= -Math.Log(product) / (index + 1);
        }

        return Math.Min(1, product * sum);
    }
}
