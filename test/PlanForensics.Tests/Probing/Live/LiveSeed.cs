using System.Globalization;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>A new seed each run, or the one of PLANFORENSICS_SEED; tests print it.</summary>
internal static class LiveSeed
{
    public static int Next() => Environment.GetEnvironmentVariable("PLANFORENSICS_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1 << 24);

    /// <summary>Values of both signs over a few binary orders.</summary>
    public static float[] Values(Random random, int count)
    {
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-3, 4)));
        return values;
    }
}
