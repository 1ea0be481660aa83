using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>Finds which of n things, changed together or alone, make a predicate true, by few evaluations.</summary>
/// <remarks>
/// <para>Search: the whole set is asked first. Then, until what is left is negative: halve a positive set; ask its first half; go on with it when it is positive, else with the
/// second half, which is then positive without being asked, unless the halves act together. Each find takes at most <c>ceil(log2 n)</c> evaluations and one for what is
/// left, so that k things that act independently are found in at most <c>k (ceil(log2 n) + 1) + 1</c>.</para>
/// <para>Verification: a thing that was inferred is asked alone. If it is negative, things act together: the smallest set known to be positive is reduced to a 1-minimal one
/// by ddmin. Every thing found is asked alone (does it suffice?), and everything but it is asked (is it necessary?).</para>
/// <para>Deterministic. No set is evaluated twice. Source: A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002;
/// binary splitting as in group testing (R. Dorfman, 1943; F. K. Hwang, 1972).</para>
/// </remarks>
public sealed class SubsetSearch
{
    private readonly int _count;
    private readonly Func<IReadOnlyList<int>, bool> _predicate;
    private readonly Dictionary<string, bool> _known = [];
    private readonly List<(int[] Set, bool Positive)> _evaluated = [];
    private int _evaluations;

    private readonly bool _triesSingles;

    private SubsetSearch(int count, Func<IReadOnlyList<int>, bool> predicate, bool triesSingles) => (_count, _predicate, _triesSingles) = (count, predicate, triesSingles);

    /// <summary>Runs a search.</summary>
    /// <param name="count">n, at least 0.</param>
    /// <param name="predicate">Whether changing these things (0-based indices, ascending, at least one) has the effect. Must give the same answer for the same set.</param>
    /// <param name="triesSingles">Whether everything is tried alone first, one evaluation each; what suffices alone is then all that is found, and sets are halved only where nothing does.</param>
    /// <returns>What was found.</returns>
    public static SubsetSearchResult Run(int count, Func<IReadOnlyList<int>, bool> predicate, bool triesSingles = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(predicate);
        return new SubsetSearch(count, predicate, triesSingles).Run();
    }

    /// <summary>The most evaluations that a search for independent things takes.</summary>
    /// <param name="count">n, at least 1.</param>
    /// <param name="found">k, at least 0.</param>
    /// <returns><c>k (ceil(log2 n) + 1) + 1</c>.</returns>
    public static int Bound(int count, int found)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(found);
        int log = count == 1 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(count - 1));
        return (found * (log + 1)) + 1;
    }

    private SubsetSearchResult Run()
    {
        int[] all = [.. Enumerable.Range(0, _count)];
        int[] left = all;
        var groups = new List<int[]>();
        int search = 0;
        int interaction = 0;
        if (_triesSingles)
        {
            groups.AddRange(all.Where(item => Counted(ref search, [item])).Select(item => new[] { item }));
            left = groups.Count > 0 ? [] : all;
        }

        while (left.Length > 0 && Counted(ref search, left))
        {
            (int[] positive, int single) = Narrow(left, ref search);
            int verification = 0;
            int[] group = positive.Length == 1 || Counted(ref verification, [single]) ? [single] : Reduce(positive, ref interaction);
            groups.Add(group);
            left = [.. left.Except(group)];
        }

        ValueList<SubsetGroup> found = groups.Select(group => Verify(group, all)).ToValueList();
        int[] union = [.. groups.SelectMany(group => group).Order()];
        bool cancels = union.Length > 0 && !Evaluate(union);
        return new SubsetSearchResult
        {
            Count = _count,
            Groups = found,
            SearchEvaluations = search,
            InteractionEvaluations = interaction,
            VerificationEvaluations = _evaluations - search - interaction,
            Cancels = cancels,
            IsMonotone = IsMonotone(),
        };
    }

    private (int[] Positive, int Single) Narrow(int[] positive, ref int search)
    {
        int[] set = positive;
        while (set.Length > 1)
        {
            int[] first = set[..((set.Length + 1) / 2)];
            if (Counted(ref search, first))
                set = positive = first;
            else
                set = set[first.Length..];
        }

        return (positive, set[0]);
    }

    private int[] Reduce(int[] positive, ref int evaluations)
    {
        int parts = 2;
        while (positive.Length > 1)
        {
            int[][] chunks = Split(positive, parts);
            int[]? smaller = null;
            foreach (int[] chunk in chunks)
            {
                if (smaller is null && Counted(ref evaluations, chunk))
                    (smaller, parts) = (chunk, 2);
            }

            foreach (int[] chunk in parts > 2 ? chunks : [])
            {
                int[] others = [.. positive.Except(chunk)];
                if (smaller is null && Counted(ref evaluations, others))
                    (smaller, parts) = (others, Math.Max(parts - 1, 2));
            }

            if (smaller is null && parts >= positive.Length)
                break;
            parts = smaller is null ? Math.Min(positive.Length, parts * 2) : Math.Min(parts, smaller.Length);
            positive = smaller ?? positive;
        }

        return positive;
    }

    private static int[][] Split(int[] set, int parts)
    {
        var chunks = new int[parts][];
        for (int part = 0; part < parts; part++)
            chunks[part] = set[(int)((long)set.Length * part / parts)..(int)((long)set.Length * (part + 1) / parts)];
        return chunks;
    }

    private SubsetGroup Verify(int[] group, int[] all)
    {
        int[] others = [.. all.Except(group)];
        return new SubsetGroup(
            [.. group.Select(item => new SubsetMember(item, Evaluate([item]), IsNegative([.. all.Where(other => other != item)])))],
            IsNegative(others));
    }

    private bool IsNegative(int[] set) => set.Length == 0 || !Evaluate(set);

    private bool Counted(ref int counter, int[] set)
    {
        int before = _evaluations;
        bool positive = Evaluate(set);
        counter += _evaluations - before;
        return positive;
    }

    private bool Evaluate(int[] set)
    {
        string key = string.Join(',', set);
        if (_known.TryGetValue(key, out bool positive))
            return positive;
        positive = _predicate(set);
        _evaluations++;
        _known[key] = positive;
        _evaluated.Add((set, positive));
        return positive;
    }

    private bool IsMonotone() => !_evaluated.Exists(small => small.Positive
        && _evaluated.Exists(large => !large.Positive && large.Set.Length > small.Set.Length && small.Set.All(item => Array.BinarySearch(large.Set, item) >= 0)));
}
