using System.Runtime.InteropServices;

namespace PlanForensics.FluentAssertions;

/// <summary>Says what raw 16-bit patterns are.</summary>
public static class BitPatternExtensions
{
    /// <summary>Reads patterns as bfloat16.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>A new array of the same bits.</returns>
    public static BFloat16Bits[] AsBFloat16(this ushort[] patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        return AsBFloat16((ReadOnlySpan<ushort>)patterns);
    }

    /// <summary>Reads patterns as bfloat16.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>A new array of the same bits.</returns>
    public static BFloat16Bits[] AsBFloat16(this ReadOnlySpan<ushort> patterns) => MemoryMarshal.Cast<ushort, BFloat16Bits>(patterns).ToArray();

    /// <summary>Reads patterns as IEEE 754 binary16.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>A new array of the same bits.</returns>
    public static Half[] AsHalf(this ushort[] patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        return AsHalf((ReadOnlySpan<ushort>)patterns);
    }

    /// <summary>Reads patterns as IEEE 754 binary16.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>A new array of the same bits.</returns>
    public static Half[] AsHalf(this ReadOnlySpan<ushort> patterns) => MemoryMarshal.Cast<ushort, Half>(patterns).ToArray();
}
