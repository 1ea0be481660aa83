namespace PlanForensics.Tests.Probing;

/// <summary>Plain fp32 sums in a few orders, written without the library.</summary>
internal static class Loops
{
    public static float Sum(string order, ReadOnlySpan<float> values) => order switch
    {
        "sequential" => Sequential(values),
        "pairwise" => Pairwise(values),
        "four_lanes" => FourLanes(values),
        "split_four" => SplitFour(values),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "no such order"),
    };

    public static float Sequential(ReadOnlySpan<float> values)
    {
        float sum = values[0];
        foreach (float value in values[1..])
            sum += value;
        return sum;
    }

    public static float Pairwise(ReadOnlySpan<float> values) =>
        values.Length == 1 ? values[0] : Pairwise(values[..(values.Length / 2)]) + Pairwise(values[(values.Length / 2)..]);

    private static float FourLanes(ReadOnlySpan<float> values)
    {
        float[] lanes = values[..4].ToArray();
        for (int index = 4; index < values.Length; index++)
            lanes[index % 4] += values[index];
        return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    }

    private static float SplitFour(ReadOnlySpan<float> values)
    {
        int share = values.Length / 4;
        float sum = Sequential(values[..share]);
        for (int slice = 1; slice < 4; slice++)
            sum += Sequential(values.Slice(slice * share, share));
        return sum;
    }
}
