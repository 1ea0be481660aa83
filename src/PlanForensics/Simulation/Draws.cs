namespace PlanForensics.Simulation;

/// <summary>Random numbers by place, not by order: the draw of a stream at an index is a function of the seed, so that nothing depends on who draws first.</summary>
/// <remarks>The output function of SplitMix64 applied to seed, stream and index in turn. Bitwise: identical on every machine.</remarks>
internal static class Draws
{
    public static ulong At(ulong seed, int stream, long index) => Mix(Mix(Mix(seed + 0x9E3779B97F4A7C15) ^ (ulong)stream) + (ulong)index * 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 up to, but not including, 1: 53 bits.</summary>
    public static double Uniform(ulong seed, int stream, long index) => (At(seed, stream, index) >> 11) * (1.0 / (1L << 53));

    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
