namespace PlanForensics.Probing;

/// <summary>Writes a pair's masks and reads the number of units that survived them.</summary>
internal static class PairMasks
{
    public static void Put(BoxCalls calls, CountingUnits units, int line, TermPair pair)
    {
        calls.Set(line, pair.First, units.Mask);
        calls.Set(line, pair.Second, -units.Mask);
        if (units.Plain == units.PlainMask)
            return;
        calls.SetPlain(pair.First, units.PlainMask);
        calls.SetPlain(pair.Second, units.PlainMask);
    }

    /// <summary>Takes masks of the plain operand away again; those of the masked one went with the call.</summary>
    public static void Clear(BoxCalls calls, CountingUnits units, TermPair pair)
    {
        if (units.Plain == units.PlainMask)
            return;
        calls.SetPlain(pair.First, units.Plain);
        calls.SetPlain(pair.Second, units.Plain);
    }

    /// <summary>The units in an output, or -1 where it is no whole number of them.</summary>
    public static int Survivors(float output, CountingUnits units)
    {
        double count = output / ((double)units.Unit * units.Plain);
        return count >= 0 && count <= int.MaxValue && count == Math.Floor(count) ? (int)count : -1;
    }
}
