namespace PlanForensics.Models;

/// <summary>The SplitMix64 generator: the same sequence for the same seed on every machine and in every version.</summary>
/// <remarks>
/// state += 0x9E3779B97F4A7C15; z = state; z = (z ^ z>>30) x 0xBF58476D1CE4E5B9; z = (z ^ z>>27) x 0x94D049BB133111EB; output z ^ z>>31.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
/// </remarks>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
