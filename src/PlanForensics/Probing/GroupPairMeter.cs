namespace PlanForensics.Probing;

/// <summary>Measures pairs at one group's outputs: +M at one term, -M at the other, units elsewhere; the units that are added after the masks have met survive.</summary>
internal sealed class GroupPairMeter(BoxCalls calls, CountingUnits units, OutputGroup group) : IPairMeter
{
    public int Terms => calls.Terms;

    /// <summary>Pairs measured so far.</summary>
    public long Pairs { get; private set; }

    public void Measure(ReadOnlySpan<TermPair> pairs, Span<int> leaves)
    {
        Pairs += pairs.Length;
        for (int first = 0; first < pairs.Length; first += group.Probes.Length)
        {
            int count = Math.Min(group.Probes.Length, pairs.Length - first);
            MeasureBatch(pairs.Slice(first, count), leaves.Slice(first, count));
        }
    }

    private void MeasureBatch(ReadOnlySpan<TermPair> pairs, Span<int> leaves)
    {
        leaves.Fill(Terms);
        for (int start = 0; start < Terms; start += units.MostUnits)
        {
            calls.Fill(units.Plain, units.Unit, start, units.MostUnits);
            for (int index = 0; index < pairs.Length; index++)
                PairMasks.Put(calls, units, group.Probes[index].Line, pairs[index]);
            calls.Call();
            for (int index = 0; index < pairs.Length; index++)
            {
                (int line, int other) = group.Probes[index];
                int survivors = PairMasks.Survivors(calls.Output(line, other), units);
                leaves[index] = survivors < 0 || leaves[index] < 0 ? -1 : leaves[index] - survivors;
            }

            PairMasks.Clear(calls, units, pairs[0]);
        }
    }
}
