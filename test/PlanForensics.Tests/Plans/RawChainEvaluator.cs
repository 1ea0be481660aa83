using System.Numerics;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Plans;

/// <summary>
/// Evaluates a chain as it is written, scalar by scalar, by the definitions of docs/plan-semantics.md and nothing of the library's arithmetic: the oracle of normalisation.
/// Values travel as double, which holds every binary32, bf16 and fp16 value.
/// </summary>
internal static class RawChainEvaluator
{
    public static double Evaluate(ReductionChain chain, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        NumericFormat format = chain.Accumulator;
        double? total = chain.StartsAtZero ? 0.0 : null;
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionChain inner)
            {
                double value = Evaluate(inner, a, b);
                if ((inner.StoredAs ?? inner.Accumulator) == NumericFormat.Fp64 && format != NumericFormat.Fp64)
                    value = (float)value;
                total = total is { } sum ? Add(format, sum, value) : Round(format, value);
                continue;
            }

            var segment = (ReductionSegment)item;
            if (segment.Step.Kind is StepKind.Dot or StepKind.Bf16Pair)
            {
                total = Blocks(segment, total, a, b);
                continue;
            }

            for (int term = 0; term < segment.Count; term++)
            {
                int index = segment.Start + (term * segment.Stride);
                total = Scalar(segment.Step, format, total, a[index], b[index]);
            }
        }

        return chain.StoredAs is { } stored ? Round(stored, total!.Value) : total!.Value;
    }

    public static double Round(NumericFormat format, double value) => format switch
    {
        NumericFormat.Fp64 => value,
        NumericFormat.Fp32 => (float)value,
        NumericFormat.Fp16 => (double)(Half)value,
        NumericFormat.Bf16 => RoundToBf16(value),
        _ => throw new NotSupportedException(format.ToString()),
    };

    private static double Scalar(ReductionStep step, NumericFormat format, double? total, float a, float b)
    {
        bool wide = format == NumericFormat.Fp64;
        switch (step.Kind)
        {
            case StepKind.Add:
                return total is { } start ? Add(format, start, a) : Round(format, a);
            case StepKind.Fma when total is { } sum:
                return wide ? Math.FusedMultiplyAdd(a, b, sum) : Round(format, MathF.FusedMultiplyAdd(a, b, (float)sum));
            default:
                double product = wide && step.ProductFormat != NumericFormat.Fp32 ? (double)a * b : a * b;
                if (step.Kind == StepKind.MulAdd && step.ProductFormat is null)
                    product = Round(format, product);
                return total is { } accumulated ? Add(format, accumulated, product) : Round(format, product);
        }
    }

    private static double Add(NumericFormat format, double left, double right) =>
        format == NumericFormat.Fp64 ? left + right : Round(format, (float)left + (float)right);

    private static double Blocks(ReductionSegment segment, double? total, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int length = segment.Step.TermsPerStep;
        for (int term = 0; term < segment.Count; term += length)
        {
            int count = Math.Min(length, segment.Count - term);
            var terms = new (float A, float B)[count];
            for (int offset = 0; offset < count; offset++)
            {
                int index = segment.Start + ((term + offset) * segment.Stride);
                terms[offset] = (a[index], b[index]);
            }

            total = segment.Step.Kind == StepKind.Dot ? Dot(segment.Step, terms, (float)(total ?? 0.0)) : Pair(terms, (float?)total);
        }

        return total!.Value;
    }

    private static float Pair((float A, float B)[] terms, float? total)
    {
        for (int index = terms.Length - 1; index >= 0; index--)
        {
            (float a, float b) = (Flush(terms[index].A), Flush(terms[index].B));
            total = Flush(total is { } sum ? MathF.FusedMultiplyAdd(a, b, Flush(sum)) : a * b);
        }

        return total!.Value;
    }

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;

    /// <summary>A block of products and the accumulator, aligned to the largest exponent, cut to F bits each, summed exactly, cut to 23 bits (finite inputs).</summary>
    private static double Dot(ReductionStep step, (float A, float B)[] terms, float total)
    {
        var parts = new List<(BigInteger Significand, int Exponent, int Scale)>();
        foreach ((float a, float b) in terms)
            parts.Add(Multiply(Split(a), Split(b), step.ZeroExponent));
        (BigInteger significand, int exponent) = Split(total);
        parts.Add(significand.IsZero ? (0, step.ZeroExponent, 0) : (significand, exponent, 23));
        int largest = parts.Max(part => part.Exponent);
        BigInteger sum = BigInteger.Zero;
        foreach ((BigInteger value, int power, int scale) in parts)
        {
            int shift = power - largest + step.AlignmentBits - scale;
            sum += shift >= 0 ? value << shift : BigInteger.Divide(value, BigInteger.One << -shift);
        }

        if (sum.IsZero)
            return 0.0;
        int bits = (int)BigInteger.Abs(sum).GetBitLength();
        int quantum = Math.Max(bits - 24, -126 - 23 - (largest - step.AlignmentBits));
        if (quantum > 0)
            sum = BigInteger.Divide(sum, BigInteger.One << quantum) << quantum;
        return Math.ScaleB((double)sum, largest - step.AlignmentBits);
    }

    private static (BigInteger Significand, int Exponent) Split(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        int exponent = (int)((bits >> 23) & 0xFF);
        BigInteger significand = (bits & 0x7F_FFFF) | (exponent > 0 ? 0x80_0000u : 0);
        return (value < 0 ? -significand : significand, Math.Max(exponent, 1) - 127);
    }

    private static (BigInteger Significand, int Exponent, int Scale) Multiply((BigInteger Significand, int Exponent) a, (BigInteger Significand, int Exponent) b, int zeroExponent) =>
        (a.Significand * b.Significand).IsZero ? (0, zeroExponent, 0) : (a.Significand * b.Significand, a.Exponent + b.Exponent, 46);

    private static double RoundToBf16(double value)
    {
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        if (float.IsNaN((float)value))
            return float.NaN;
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF_0000);
    }
}
