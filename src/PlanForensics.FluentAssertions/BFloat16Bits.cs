using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>A bfloat16 number as its 16 bits, for assertions on raw patterns: a <see cref="ushort"/> alone does not say whether it is bf16 or fp16.</summary>
/// <param name="Bits">The pattern: the upper half of a binary32 pattern.</param>
/// <remarks>.NET 10 has no bfloat16; collections of .NET 11's <c>System.Numerics.BFloat16</c> are taken as they are. Equality is equality of bits: NaN payloads and the sign of zero count.</remarks>
public readonly record struct BFloat16Bits(ushort Bits) : IComparable<BFloat16Bits>
{
    /// <summary>The value, widened exactly. Bitwise: identical on every machine.</summary>
    public float Value => Bf16.ToSingle(Bits);

    /// <summary>Compares values, as <see cref="float.CompareTo(float)"/> does.</summary>
    /// <param name="other">The other number.</param>
    /// <returns>Negative, 0 or positive.</returns>
    public int CompareTo(BFloat16Bits other) => Value.CompareTo(other.Value);

    /// <summary>Compares values; false where one is NaN.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the first is less than the second.</returns>
    public static bool operator <(BFloat16Bits left, BFloat16Bits right) => left.Value < right.Value;

    /// <summary>Compares values; false where one is NaN.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the first is less than or equal to the second.</returns>
    public static bool operator <=(BFloat16Bits left, BFloat16Bits right) => left.Value <= right.Value;

    /// <summary>Compares values; false where one is NaN.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the first is greater than the second.</returns>
    public static bool operator >(BFloat16Bits left, BFloat16Bits right) => left.Value > right.Value;

    /// <summary>Compares values; false where one is NaN.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the first is greater than or equal to the second.</returns>
    public static bool operator >=(BFloat16Bits left, BFloat16Bits right) => left.Value >= right.Value;

    /// <summary>Value and bits.</summary>
    /// <returns>For example <c>1.5 (0x3FC0)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:R} (0x{Bits:X4})");
}
