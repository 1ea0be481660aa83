namespace PlanForensics.Conformance;

/// <summary>Inputs of conformance cases: ordinary numbers, and the ones that go wrong.</summary>
public static class ConformanceValues
{
    public const int Kinds = 6;

    private static readonly float[] Specials =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue,
        BitConverter.UInt32BitsToSingle(0x0080_0000), BitConverter.UInt32BitsToSingle(0x807F_FFFF), BitConverter.UInt32BitsToSingle(0x7F80_0001),
        BitConverter.UInt32BitsToSingle(0x7FFF_FFFF), 65504f, 65520f, 1f,
    ];

    public static float[] Create(int kind, int seed, int count)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = Create(kind, random);
        return values;
    }

    private static float Create(int kind, Random random) => kind switch
    {
        0 => (random.NextSingle() * 4) - 2,
        1 => ((random.NextSingle() * 2) - 1) * MathF.ScaleB(1, random.Next(-30, 30)),
        2 => random.Next(40) == 0 ? Specials[random.Next(Specials.Length)] : (random.NextSingle() * 4) - 2,
        3 => random.Next(3) switch { 0 => -0f, 1 => 0f, _ => random.Next(2) == 0 ? -1f : 1f },
        4 => ((random.NextSingle() * 2) - 1) * MathF.ScaleB(1, random.Next(-80, -50)),
        _ => ((random.NextSingle() * 2) - 1) * MathF.ScaleB(1, random.Next(50, 70)),
    };
}
