namespace PlanForensics.Probing;

/// <summary>
/// Groups the outputs of one operator by order: the same question goes to every output, and outputs that answer differently have different trees. Questions are pairs at the distances where
/// kernels differ (neighbours, lanes, blocks, halves, ends), and random pairs.
/// </summary>
internal static class ClassMap
{
    public static List<OutputGroup> Find(BoxCalls calls, CountingUnits units, Random random, int randomPairs)
    {
        int outputs = calls.Lines * calls.Others;
        if (outputs == 1)
            return [new OutputGroup(calls, [0])];
        var signature = new UInt128[outputs];
        TermPair[] pairs = [.. Pairs(calls.Terms, random, randomPairs)];
        foreach (TermPair pair in pairs)
            Ask(calls, units, pair, signature);
        if (ProductProbe.Applies(calls.Box))
            foreach (TermPair pair in pairs)
                AskProduct(calls, pair, signature);
        return [.. Enumerable.Range(0, outputs).GroupBy(output => signature[output]).Select(group => new OutputGroup(calls, group))];
    }

    /// <summary>Asks the same pairs twice; true when every output answers both times with the same bits.</summary>
    public static bool Repeats(BoxCalls calls, CountingUnits units, Random random, int rounds)
    {
        TermPair[] pairs = [.. Pairs(calls.Terms, random, 4).TakeLast(4)];
        float[]? first = null;
        for (int round = 0; round < rounds; round++)
        {
            var answers = new List<float>();
            foreach (TermPair pair in pairs)
            {
                calls.Fill(units.Plain, units.Unit, 0, units.MostUnits);
                CallAll(calls, units, pair);
                for (int line = 0; line < calls.Lines; line++)
                    for (int other = 0; other < calls.Others; other++)
                        answers.Add(calls.Output(line, other));
            }

            first ??= [.. answers];
            for (int index = 0; index < first.Length; index++)
                if (BitConverter.SingleToInt32Bits(first[index]) != BitConverter.SingleToInt32Bits(answers[index]))
                    return false;
        }

        return true;
    }

    private static void Ask(BoxCalls calls, CountingUnits units, TermPair pair, UInt128[] signature)
    {
        int outputs = signature.Length;
        int[] survivors = new int[outputs];
        for (int start = 0; start < calls.Terms; start += units.MostUnits)
        {
            calls.Fill(units.Plain, units.Unit, start, units.MostUnits);
            CallAll(calls, units, pair);
            for (int output = 0; output < outputs; output++)
            {
                (int line, int other) = calls.Place(output);
                survivors[output] += PairMasks.Survivors(calls.Output(line, other), units);
            }
        }

        for (int output = 0; output < outputs; output++)
            signature[output] = Mix(signature[output], survivors[output]);
    }

    /// <summary>Equal trees may still differ in fusing products; wherever the second term joins a sum that holds the first, its answer tells.</summary>
    private static void AskProduct(BoxCalls calls, TermPair pair, UInt128[] signature)
    {
        calls.Fill(ProductProbe.Plain, 0);
        for (int line = 0; line < calls.Lines; line++)
            foreach ((int term, float value) in ProductProbe.Question(pair.Second, pair.First))
                calls.Set(line, term, value);
        calls.Call();
        for (int output = 0; output < signature.Length; output++)
        {
            (int line, int other) = calls.Place(output);
            signature[output] = Mix(signature[output], BitConverter.SingleToInt32Bits(calls.Output(line, other)));
        }
    }

    /// <summary>Folds an answer into a signature: two answers that differ give signatures that differ, but for one chance in 2^100.</summary>
    private static UInt128 Mix(UInt128 signature, int answer)
    {
        UInt128 mixed = (signature ^ (uint)answer) * new UInt128(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);
        return mixed ^ (mixed >> 67);
    }

    private static void CallAll(BoxCalls calls, CountingUnits units, TermPair pair)
    {
        for (int line = 0; line < calls.Lines; line++)
            PairMasks.Put(calls, units, line, pair);
        calls.Call();
        PairMasks.Clear(calls, units, pair);
    }

    private static IEnumerable<TermPair> Pairs(int terms, Random random, int randomPairs)
    {
        if (terms < 2)
            return [];
        var pairs = new List<TermPair>();
        for (int distance = 1; distance < terms; distance *= 2)
        {
            pairs.Add(new TermPair(0, distance));
            pairs.Add(new TermPair(terms - 1 - distance, terms - 1));
            pairs.Add(new TermPair((terms - distance) / 2, (terms + distance) / 2));
        }

        for (int index = 0; index < randomPairs; index++)
        {
            int first = random.Next(terms);
            pairs.Add(new TermPair(first, (first + 1 + random.Next(terms - 1)) % terms));
        }

        return pairs.Where(pair => pair.First != pair.Second).Select(pair => pair.First < pair.Second ? pair : new TermPair(pair.Second, pair.First)).Distinct();
    }
}
