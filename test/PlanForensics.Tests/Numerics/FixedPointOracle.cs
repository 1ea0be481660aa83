using System.Numerics;

namespace PlanForensics.Tests.Numerics;

/// <summary>Elementary functions in BigInteger fixed point with 160 fraction bits, returned as an unevaluated sum of two doubles (about 100 bits).</summary>
/// <remarks>Shares nothing with the library: other reductions and series, and no floating-point arithmetic before the last step but for starting
/// values.</remarks>
internal static class FixedPointOracle
{
    private const int F = 160;

    private static readonly BigInteger One = BigInteger.One << F;
    private static readonly BigInteger Ln2 = 2 * AtanhOfReciprocal(3, F);
    private static readonly BigInteger TwoPi = PiTimesTwo();
    private static readonly BigInteger LongTwoPi = PiTimesTwo(2 * F);
    private static readonly BigInteger TwoOverRootPi = Root((One << (F + F + 3)) / TwoPi);

    public static (double High, double Low) Exp(double x)
    {
        (BigInteger significand, int k) = ExpParts(Fixed(x));
        return Split(significand, k - F);
    }

    public static (double High, double Low) Exp2(double x)
    {
        double k = Math.Floor(x);
        (BigInteger significand, int more) = ExpParts((Fixed(x - k) * Ln2) >> F);
        return Split(significand, more + (int)k - F);
    }

    // One step of Halley's iteration on e^y = x cubes the error of the start.
    public static (double High, double Low) Log(double x)
    {
        double start = Math.Log(x);
        int shift = Math.ILogB(x);
        BigInteger y = Fixed(start) - (shift * Ln2);
        (BigInteger significand, int k) = ExpParts(y);
        BigInteger e = k >= 0 ? significand << k : significand >> -k;
        BigInteger m = Fixed(Math.ScaleB(x, -shift));
        BigInteger step = ((2 * (m - e)) << F) / (m + e);
        return Split(y + (shift * Ln2) + step, -F);
    }

    public static (double High, double Low) Rsqrt(double x)
    {
        int half = Math.ILogB(x) >> 1;
        BigInteger scaled = Fixed(Math.ScaleB(x, -2 * half));
        return Split(Root((One << (2 * F)) / scaled), -F - half);
    }

    public static (double High, double Low) Sin(double x) => Sine(x, 0);

    public static (double High, double Low) Cos(double x) => Sine(x, 1);

    public static (double High, double Low) Tanh(double x)
    {
        double magnitude = Math.Abs(x);
        if (magnitude < 1e-12)
            return Sum(x, -x * x * x / 3);
        (BigInteger significand, int k) = ExpParts(2 * Fixed(Math.Min(magnitude, 40)));
        BigInteger e = significand << k;
        return Signed(Split(((e - One) << F) / (e + One), -F), x);
    }

    // erf x = 2/sqrt(pi) e^(-x^2) (x + 2 x^3/3 + 4 x^5/15 + ...): every term positive.
    public static (double High, double Low) Erf(double x)
    {
        double magnitude = Math.Min(Math.Abs(x), 7);
        if (magnitude < 1e-12)
        {
            (double high, double low) = Split(TwoOverRootPi, -F);
            return Sum(high * x, Math.FusedMultiplyAdd(high, x, -(high * x)) + (low * x) - (high * x * x * x / 3));
        }

        BigInteger v = Fixed(magnitude);
        BigInteger square = (v * v) >> F;
        BigInteger term = v;
        BigInteger sum = v;
        for (int n = 1; !term.IsZero; n++)
        {
            term = ((term * square) >> (F - 1)) / ((2 * n) + 1);
            sum += term;
        }

        (BigInteger significand, int k) = ExpParts(-square);
        BigInteger product = (((sum * significand) >> F) * TwoOverRootPi) >> (F - k);
        return Signed(Split(product, -F), x);
    }

    /// <summary>The exact 2/pi in fixed point, to check constants against.</summary>
    public static BigInteger TwoOverPi(int fractionBits) => (BigInteger.One << (fractionBits + (2 * F) + 2)) / LongTwoPi;

    private static (double High, double Low) Sine(double x, int quarters)
    {
        // For huge arguments 2 pi is needed to as many more bits as the argument has before its point.
        if (Math.Abs(x) < 1e-12 && quarters == 0)
            return Sum(x, -x * x * x / 6);
        int extra = Math.Abs(x) > 1e6 ? F : 0;
        BigInteger quarter = (extra > 0 ? LongTwoPi : TwoPi) >> 2;
        BigInteger angle = (Fixed(x) << extra) + (quarters * quarter);
        BigInteger turns = BigInteger.Divide((2 * angle) + (angle.Sign * quarter), 2 * quarter);
        return Quadrant((angle - (turns * quarter)) >> extra, (int)(turns & 3));
    }

    private static (double High, double Low) Quadrant(BigInteger r, int quadrant)
    {
        BigInteger square = (r * r) >> F;
        BigInteger term = quadrant % 2 == 0 ? r : One;
        BigInteger sum = term;
        for (int n = quadrant % 2 == 0 ? 2 : 1; !term.IsZero; n += 2)
        {
            term = BigInteger.Divide(-term * square, One * (n * (n + 1)));
            sum += term;
        }

        return Split(quadrant >= 2 ? -sum : sum, -F);
    }

    // e^y = significand * 2^k, significand in fixed point: halve the rest eight times, sum Taylor terms, square back.
    private static (BigInteger Significand, int K) ExpParts(BigInteger y)
    {
        int k = (int)BigInteger.Divide(y, Ln2) - (y.Sign < 0 ? 1 : 0);
        BigInteger r = (y - (k * Ln2)) >> 8;
        BigInteger term = One;
        BigInteger sum = One;
        for (int n = 1; !term.IsZero; n++)
        {
            term = ((term * r) >> F) / n;
            sum += term;
        }

        for (int i = 0; i < 8; i++)
            sum = (sum * sum) >> F;
        return (sum, k);
    }

    private static BigInteger Fixed(double value)
    {
        BigInteger scaled = ExactReference.Scaled(value);
        return scaled.Sign < 0 ? -(-scaled >> (1074 - F)) : scaled >> (1074 - F);
    }

    private static BigInteger AtanhOfReciprocal(int n, int bits)
    {
        BigInteger power = (BigInteger.One << bits) / n;
        BigInteger sum = power;
        for (int i = 3; !power.IsZero; i += 2)
        {
            power /= n * n;
            sum += power / i;
        }

        return sum;
    }

    // Machin: pi / 4 = 4 atan(1/5) - atan(1/239).
    private static BigInteger PiTimesTwo(int bits = F)
    {
        const int Guard = 32;
        BigInteger Atan(int n)
        {
            BigInteger power = (BigInteger.One << (bits + Guard)) / n;
            BigInteger sum = power;
            for (int i = 3; !power.IsZero; i += 2)
            {
                power /= -(n * n);
                sum += power / i;
            }

            return sum;
        }

        return (8 * ((4 * Atan(5)) - Atan(239))) >> Guard;
    }

    private static BigInteger Root(BigInteger value)
    {
        BigInteger x = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (x + (value / x)) >> 1;
            if (next >= x)
                return x;
            x = next;
        }
    }

    private static (double High, double Low) Split(BigInteger value, int exponent)
    {
        int drop = (int)BigInteger.Abs(value).GetBitLength() - 106;
        BigInteger top = drop > 0 ? value >> drop : value << -drop;
        BigInteger high = top >> 53;
        BigInteger low = top - (high << 53);
        int scale = exponent + drop;
        return Sum(Math.ScaleB((double)(long)high, scale + 53), Math.ScaleB((double)(long)low, scale));
    }

    private static (double High, double Low) Sum(double a, double b)
    {
        double sum = a + b;
        return (sum, b - (sum - a));
    }

    private static (double High, double Low) Signed((double High, double Low) value, double sign) =>
        sign < 0 ? (-value.High, -value.Low) : value;
}
