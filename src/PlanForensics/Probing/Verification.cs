namespace PlanForensics.Probing;

/// <summary>Compares finished answers with questions they were not made from, at every output.</summary>
internal static class Verification
{
    /// <summary>What came of it: whether answers repeat, and the outputs that contradict their class, grouped anew.</summary>
    public sealed record Result(bool Repeats, List<int[]> Strays);

    public static Result Run(BoxCalls calls, CountingUnits units, List<ProbedGroup> groups, Random random, ProbeOptions options)
    {
        HashSet<int> strays = [];
        ProbedGroup[] owner = new ProbedGroup[calls.Lines * calls.Others];
        foreach (ProbedGroup group in groups)
            foreach (int output in group.Group.Outputs)
                owner[output] = group;
        int rounds = calls.Terms < 2 ? 0 : (options.VerificationPairs + calls.Lines - 1) / calls.Lines;
        if (owner.Length > 1 && rounds > 0)
            rounds = Math.Max(rounds, 3);
        for (int round = 0; round < rounds; round++)
        {
            TermPair[] pairs = [.. Enumerable.Range(0, calls.Lines).Select(_ => Pair(calls.Terms, random))];
            if (!ComparePairs(calls, units, owner, pairs, strays))
                return new Result(false, []);
        }

        if (owner.Length > 1 && calls.Terms > 1 && ProductProbe.Applies(calls.Box))
            foreach (ProbedGroup group in groups)
                CompareProducts(calls, owner, group, random, strays);
        if (strays.Count == 0)
            return new Result(true, []);
        List<OutputGroup> groupsNow = ClassMap.Find(calls, units, random, options.ClassMapPairs + 48); // other pairs than before: strays need not be alike
        return new Result(true, [.. groupsNow.SelectMany(group => group.Outputs.Where(strays.Contains).GroupBy(output => owner[output].Key).Select(group => group.ToArray()))]);
    }

    /// <summary>Whether the pair that contradicts a tree is answered alike every time.</summary>
    public static bool AnswersRepeat(BoxCalls calls, CountingUnits units, ProbedGroup group, int rounds)
    {
        var meter = new GroupPairMeter(calls, units, group.Group);
        TermPair pair = group.Finding.Contradiction!.Value;
        int[] leaves = new int[Math.Max(rounds, 2) * 8];
        meter.Measure([.. Enumerable.Repeat(pair, leaves.Length)], leaves);
        if (leaves.Distinct().Count() > 1)
            return false;
        TermPair[] others = [.. Enumerable.Range(1, Math.Min(64, calls.Terms - 1)).Select(term => new TermPair(0, term))];
        int[] first = new int[others.Length];
        int[] second = new int[others.Length];
        meter.Measure(others, first);
        meter.Measure(others, second);
        return first.AsSpan().SequenceEqual(second);
    }

    /// <summary>Each line asks a pair of its own; every output compares the count with its class's tree. False where the same call answers differently.</summary>
    private static bool ComparePairs(BoxCalls calls, CountingUnits units, ProbedGroup[] owner, TermPair[] pairs, HashSet<int> strays)
    {
        int start = calls.Terms <= units.MostUnits ? 0 : pairs[0].First / units.MostUnits * units.MostUnits;
        int end = Math.Min(calls.Terms, start + units.MostUnits);
        for (int line = 0; line < pairs.Length; line++)
            if (units.Plain != units.PlainMask)
                pairs[line] = pairs[0];
        Ask(calls, units, pairs, start);
        int[] answers = Read(calls, units, owner.Length);
        Ask(calls, units, pairs, start);
        if (!answers.AsSpan().SequenceEqual(Read(calls, units, owner.Length)))
            return false;
        var expected = new Dictionary<(ProbedGroup Group, int Line), int>();
        for (int output = 0; output < owner.Length; output++)
        {
            int line = calls.Place(output).Line;
            if (!expected.TryGetValue((owner[output], line), out int survivors))
                expected[(owner[output], line)] = survivors = Survivors(owner[output].Finding.Tree, pairs[line], start, end);
            if (answers[output] != survivors)
                strays.Add(output);
        }

        return true;
    }

    private static void Ask(BoxCalls calls, CountingUnits units, TermPair[] pairs, int start)
    {
        calls.Fill(units.Plain, units.Unit, start, units.MostUnits);
        for (int line = 0; line < pairs.Length; line++)
            PairMasks.Put(calls, units, line, pairs[line]);
        calls.Call();
        PairMasks.Clear(calls, units, pairs[0]);
    }

    private static int[] Read(BoxCalls calls, CountingUnits units, int outputs)
    {
        int[] answers = new int[outputs];
        for (int output = 0; output < outputs; output++)
        {
            (int line, int other) = calls.Place(output);
            answers[output] = PairMasks.Survivors(calls.Output(line, other), units);
        }

        return answers;
    }

    /// <summary>Terms of a window that are not under the node where a pair meets.</summary>
    private static int Survivors(SummationTree tree, TermPair pair, int start, int end)
    {
        int meeting = tree.Meeting(pair.First, pair.Second);
        if (start == 0 && end == tree.LeafCount)
            return tree.LeafCount - tree.Leaves(meeting);
        int survivors = 0;
        for (int term = start; term < end; term++)
            if (term != pair.First && term != pair.Second && tree.Meeting(pair.First, term) is int other && tree.Leaves(other) > tree.Leaves(meeting))
                survivors++;
        return survivors;
    }

    /// <summary>Each line asks about a product of its own, at all outputs of one class.</summary>
    private static void CompareProducts(BoxCalls calls, ProbedGroup[] owner, ProbedGroup group, Random random, HashSet<int> strays)
    {
        SummationTree tree = group.Finding.Tree;
        float[] expected = group.Arithmetic.Answers;
        int[] candidates = [.. Enumerable.Range(0, expected.Length).Where(term => !float.IsNaN(expected[term]))];
        if (candidates.Length == 0)
            return;
        for (int round = 0; round < 2; round++)
        {
            int[] asked = [.. Enumerable.Range(0, calls.Lines).Select(_ => candidates[random.Next(candidates.Length)])];
            calls.Fill(ProductProbe.Plain, 0);
            for (int line = 0; line < asked.Length; line++)
                foreach ((int term, float value) in ProductProbe.Question(asked[line], ProductProbe.Partner(tree, asked[line])))
                    calls.Set(line, term, value);
            calls.Call();
            foreach (int output in group.Group.Outputs)
            {
                (int line, int other) = calls.Place(output);
                if (calls.Output(line, other) != expected[asked[line]])
                    strays.Add(output);
            }
        }
    }

    private static TermPair Pair(int terms, Random random)
    {
        int first = random.Next(terms);
        return new TermPair(first, (first + 1 + random.Next(terms - 1)) % terms);
    }
}
