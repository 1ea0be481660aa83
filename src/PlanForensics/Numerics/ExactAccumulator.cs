using System.Numerics;

namespace PlanForensics.Numerics;

/// <summary>A sum of fp64 values and fp64 products that never rounds: a fixed-point number wide enough for all of them. Mutable; an oracle.</summary>
/// <remarks>
/// <para>The lowest bit weighs 2^-2148 (the square of the smallest subnormal), and 70 words of 64 bits leave 2^63 terms room before the sign is
/// reached. Order of additions does not matter: the state is the exact sum. Reading rounds once.</para>
/// <para>Specials: a NaN term, infinity times zero, or infinities of both signs make the result the canonical NaN; otherwise an infinity makes it
/// that infinity. An exact zero is +0, but -0 when there is at least one term and every term is -0 (a product's sign counts): the
/// n-ary form of IEEE 754-2019 section 6.3 under nearest-even, kept for every rounding mode. No terms give +0.</para>
/// <para>Bitwise: identical on every machine. Source: U. Kulisch, the complete (exact) dot product.</para>
/// </remarks>
public sealed class ExactAccumulator
{
    private const int Words = 70;
    private const int LowestExponent = -2148;

    private readonly ulong[] _words = new ulong[Words];
    private bool _isNaN;
    private bool _positiveInfinity;
    private bool _negativeInfinity;
    private bool _onlyNegativeZeros = true;

    /// <summary>The number of terms added.</summary>
    public long TermCount { get; private set; }

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value; subnormals count in full.</param>
    public void Add(double value) => AddProduct(value, 1.0);

    /// <summary>Adds the exact product of two values.</summary>
    /// <param name="left">One factor.</param>
    /// <param name="right">The other.</param>
    public void AddProduct(double left, double right)
    {
        TermCount++;
        bool negative = double.IsNegative(left) != double.IsNegative(right);
        if (!double.IsFinite(left) || !double.IsFinite(right))
        {
            AddSpecial(left, right, negative);
            return;
        }

        if (left == 0 || right == 0)
        {
            _onlyNegativeZeros &= negative;
            return;
        }

        _onlyNegativeZeros = false;
        (ulong leftSignificand, int leftExponent) = Split(left);
        (ulong rightSignificand, int rightExponent) = Split(right);
        AddMagnitude((UInt128)leftSignificand * rightSignificand, leftExponent + rightExponent - LowestExponent, negative);
    }

    /// <summary>The sum, rounded once.</summary>
    /// <param name="format">A floating-point format.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <returns>The rounded sum; casting it to float is exact unless the format is fp64. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public double Round(NumericFormat format, RoundingMode mode = RoundingMode.NearestEven)
    {
        FormatLimits limits = FormatLimits.Of(format);
        RoundingDecision.Check(mode);
        if (_isNaN || (_positiveInfinity && _negativeInfinity))
            return FormatLimits.CanonicalNaN64;
        if (_positiveInfinity || _negativeInfinity)
            return !limits.HasInfinity ? FormatLimits.CanonicalNaN64 : _positiveInfinity ? double.PositiveInfinity : double.NegativeInfinity;

        bool negative = (long)_words[^1] < 0;
        ReadOnlySpan<ulong> magnitude = negative ? Negated() : _words;
        int leading = HighestBit(magnitude);
        if (leading < 0)
            return TermCount > 0 && _onlyNegativeZeros ? -0.0 : 0.0;

        int quantum = Math.Max(leading + LowestExponent, limits.MinExponent) - limits.FractionBits;
        int cut = quantum - LowestExponent;
        ulong kept = Bits(magnitude, cut, limits.Precision);
        bool half = Bit(magnitude, cut - 1);
        bool below = AnyBitBelow(magnitude, cut - 1);
        int comparison = half ? (below ? 1 : 0) : -1;
        if (RoundingDecision.Increases(mode, negative, kept, !half && !below, comparison))
            kept++;
        // kept has at most 54 significant bits of which the product needs 53 at most, so this scaling is exact (or overflows, to infinity).
        double rounded = Math.ScaleB((double)kept, quantum);
        if (rounded > limits.MaxFinite)
            return limits.Overflow(negative, mode, saturate: false);
        return negative ? -rounded : rounded;
    }

    private static (ulong Significand, int Exponent) Split(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int biased = (int)((bits >> 52) & 0x7FF);
        ulong fraction = bits & 0xF_FFFF_FFFF_FFFF;
        return (biased == 0 ? fraction : fraction | (1UL << 52), Math.Max(biased, 1) - 1075);
    }

    private static int HighestBit(ReadOnlySpan<ulong> words)
    {
        int index = words.LastIndexOfAnyExcept(0UL);
        return index < 0 ? -1 : (64 * index) + BitOperations.Log2(words[index]);
    }

    private static bool Bit(ReadOnlySpan<ulong> words, int position) =>
        position >= 0 && ((words[position / 64] >> (position % 64)) & 1) == 1;

    private static bool AnyBitBelow(ReadOnlySpan<ulong> words, int position) =>
        position > 0 && (words[..(position / 64)].ContainsAnyExcept(0UL) || (words[position / 64] & ((1UL << (position % 64)) - 1)) != 0);

    private static ulong Bits(ReadOnlySpan<ulong> words, int position, int count)
    {
        UInt128 pair = new(position / 64 + 1 < words.Length ? words[(position / 64) + 1] : 0, words[position / 64]);
        return (ulong)(pair >> (position % 64)) & ((1UL << count) - 1);
    }

    private void AddSpecial(double left, double right, bool negative)
    {
        _onlyNegativeZeros = false;
        if (double.IsNaN(left) || double.IsNaN(right) || left == 0 || right == 0)
            _isNaN = true;
        else if (negative)
            _negativeInfinity = true;
        else
            _positiveInfinity = true;
    }

    private void AddMagnitude(UInt128 magnitude, int position, bool negative)
    {
        int word = position / 64;
        int shift = position % 64;
        UInt128 low = magnitude << shift;
        ulong high = shift == 0 ? 0 : (ulong)(magnitude >> (128 - shift));
        ReadOnlySpan<ulong> parts = [(ulong)low, (ulong)(low >> 64), high];
        bool carry = false;
        for (int i = word; i < Words && (i < word + 3 || carry); i++)
        {
            ulong part = i < word + 3 ? parts[i - word] : 0;
            ulong before = _words[i];
            ulong after = negative ? before - part - (carry ? 1UL : 0) : before + part + (carry ? 1UL : 0);
            carry = negative ? before < part || (carry && before == part) : after < before || (carry && after == before);
            _words[i] = after;
        }
    }

    private ulong[] Negated()
    {
        ulong[] result = new ulong[Words];
        bool carry = true;
        for (int i = 0; i < Words; i++)
        {
            result[i] = ~_words[i] + (carry ? 1UL : 0);
            carry &= result[i] == 0;
        }

        return result;
    }
}
