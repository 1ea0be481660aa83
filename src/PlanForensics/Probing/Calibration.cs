namespace PlanForensics.Probing;

/// <summary>Finds how many units can be counted at once: an operator that stores partial sums in bf16 counts to 256 whatever its output is.</summary>
internal static class Calibration
{
    private static readonly int[] Caps = [1 << 24, 1 << 14, 1 << 11, 1 << 8, 64, 16, 8];

    public static CountingUnits? Run(BoxCalls calls, CountingUnits units, out string refusal)
    {
        refusal = "";
        foreach (int cap in Caps.Where(cap => cap < units.MostUnits).Prepend(units.MostUnits))
        {
            CountingUnits candidate = units with { MostUnits = cap };
            if (!Counts(calls, candidate))
                continue;
            if (MasksCancel(calls, candidate))
                return candidate;
            if (Narrow(calls, candidate) is { } half)
                return half;
            break;
        }

        refusal = "terms that are all one unit do not add up to their number: the operator is no plain sum (a bias, a scale, a mean?), or its formats are narrower than stated (masks do not cancel)";
        return null;
    }

    /// <summary>Units within the range of fp16, for partial sums that are kept in it; null where they are no narrower or do not count.</summary>
    public static CountingUnits? Narrow(BoxCalls calls, CountingUnits units)
    {
        CountingUnits half = units with { Mask = MathF.ScaleB(1, 15), Unit = MathF.ScaleB(1, -24), MostUnits = Math.Min(units.MostUnits, 1 << 11) };
        return units.Mask > half.Mask && Counts(calls, half) && MasksCancel(calls, half) ? half : null;
    }

    /// <summary>Whether masks at a few places leave a number of units: a mask beyond the range of some format on the way leaves infinities.</summary>
    private static bool MasksCancel(BoxCalls calls, CountingUnits units)
    {
        int last = calls.Terms - 1;
        foreach (TermPair pair in (TermPair[])[new(0, last), new(last / 2, (last / 2) + 1), new(0, 1), new(last - 1, last)])
        {
            if (calls.Terms < 2)
                break;
            calls.Fill(units.Plain, units.Unit, 0, units.MostUnits);
            for (int line = 0; line < calls.Lines; line++)
                PairMasks.Put(calls, units, line, pair);
            calls.Call();
            PairMasks.Clear(calls, units, pair);
            for (int line = 0; line < calls.Lines; line++)
                for (int other = 0; other < calls.Others; other++)
                    if (!float.IsFinite(calls.Output(line, other)))
                        return false;
        }

        return true;
    }

    /// <summary>Whether windows of nearly the largest size, at both ends of the sum, are counted exactly.</summary>
    private static bool Counts(BoxCalls calls, CountingUnits units)
    {
        int most = Math.Min(units.MostUnits, calls.Terms);
        foreach (int less in (int[])[0, 1, 3, 5])
        {
            int count = most - less;
            if (count < 1)
                break;
            calls.Fill(units.Plain, units.Unit, less % 2 == 0 ? 0 : calls.Terms - count, count);
            calls.Call();
            for (int line = 0; line < calls.Lines; line++)
                for (int other = 0; other < calls.Others; other++)
                    if (PairMasks.Survivors(calls.Output(line, other), units) != count)
                        return false;
            if (calls.Terms < 8)
                break;
        }

        return true;
    }
}
