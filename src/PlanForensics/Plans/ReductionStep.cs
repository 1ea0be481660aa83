using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The arithmetic by which the terms of a segment enter an accumulator. Use the named instances and <see cref="Dot"/>; the default value is <see cref="Add"/>.
/// </summary>
public readonly record struct ReductionStep
{
    /// <summary><c>acc = fl(acc + x)</c>.</summary>
    public static ReductionStep Add { get; } = new() { Kind = StepKind.Add };

    /// <summary><c>acc = fl(acc + fl(a * b))</c>, the product rounded to the accumulator's format.</summary>
    public static ReductionStep MulAdd { get; } = new() { Kind = StepKind.MulAdd };

    /// <summary><c>acc = fl(acc + a * b)</c>.</summary>
    public static ReductionStep Fma { get; } = new() { Kind = StepKind.Fma };

    /// <summary>Pairs of bf16 products, second first, flush to zero.</summary>
    public static ReductionStep Bf16Pair { get; } = new() { Kind = StepKind.Bf16Pair };

    /// <summary>Exact int32 accumulation of int8 products.</summary>
    public static ReductionStep Dp4a { get; } = new() { Kind = StepKind.Dp4a };

    /// <summary>The kind of step.</summary>
    public StepKind Kind { get; init; }

    /// <summary><see cref="StepKind.MulAdd"/> only: the format the product is rounded to when it is not the accumulator's (a double accumulator of float products).</summary>
    public NumericFormat? ProductFormat { get; init; }

    /// <summary><see cref="StepKind.Dot"/> only: products summed at once (L), 1 to 64.</summary>
    public int BlockLength { get; init; }

    /// <summary><see cref="StepKind.Dot"/> only: fraction bits kept when terms are aligned (F), 10 to 40.</summary>
    public int AlignmentBits { get; init; }

    /// <summary><see cref="StepKind.Dot"/> only: rounding of the block's sum.</summary>
    public DotRounding Rounding { get; init; }

    /// <summary>
    /// <see cref="StepKind.Dot"/> only: the exponent that a zero term counts with when terms are aligned. The default follows NVIDIA's units: -131 for F = 23 (Volta),
    /// -132 for F = 24 (Turing, Ampere, Ada), -133 otherwise (Hopper, Blackwell).
    /// </summary>
    public int ZeroExponent { get; init; }

    /// <summary>Terms that the step takes at once: L for a matrix unit, 2 for bf16 pairs, else 1.</summary>
    public int TermsPerStep => Kind switch { StepKind.Dot => BlockLength, StepKind.Bf16Pair => 2, _ => 1 };

    /// <summary>A matrix-unit step.</summary>
    /// <param name="blockLength">L, products summed at once, 1 to 64.</param>
    /// <param name="alignmentBits">F, fraction bits kept at alignment, 10 to 40.</param>
    /// <param name="rounding">Rounding of the block's sum.</param>
    /// <param name="zeroExponent">Exponent of a zero term, -200 to 0; null for the default of <see cref="ZeroExponent"/>.</param>
    /// <returns>The step.</returns>
    /// <exception cref="ArgumentOutOfRangeException">L, F or the zero exponent is out of range.</exception>
    public static ReductionStep Dot(int blockLength, int alignmentBits, DotRounding rounding = DotRounding.TowardZeroFp32, int? zeroExponent = null)
    {
        int exponent = zeroExponent ?? DefaultZeroExponent(alignmentBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(exponent, -200, nameof(zeroExponent));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, 0, nameof(zeroExponent));
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockLength, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(alignmentBits, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(alignmentBits, 40);
        return new ReductionStep { Kind = StepKind.Dot, BlockLength = blockLength, AlignmentBits = alignmentBits, Rounding = rounding, ZeroExponent = exponent };
    }

    /// <summary>A step with two roundings whose product is rounded to another format than the accumulator's.</summary>
    /// <param name="productFormat">The product's format.</param>
    /// <returns>The step.</returns>
    public static ReductionStep MulAddProduct(NumericFormat productFormat) => new() { Kind = StepKind.MulAdd, ProductFormat = productFormat };

    /// <summary>Reads the text form.</summary>
    /// <param name="text">For example <c>fma</c>, <c>muladd&lt;fp32&gt;</c> or <c>dot&lt;16,25,rz&gt;</c>.</param>
    /// <returns>The step.</returns>
    /// <exception cref="PlanFormatException">The text is not a step.</exception>
    public static ReductionStep Parse(ReadOnlySpan<char> text)
    {
        int open = text.IndexOf('<');
        ReadOnlySpan<char> name = open < 0 ? text : text[..open];
        ReadOnlySpan<char> argument = open >= 0 && text[^1] == '>' ? text[(open + 1)..^1] : default;
        if (open >= 0 && argument.IsEmpty)
            throw new PlanFormatException(text.ToString(), open, "a step's arguments stand in <...>");
        switch (name)
        {
            case "add" when open < 0: return Add;
            case "fma" when open < 0: return Fma;
            case "muladd" when open < 0: return MulAdd;
            case "bf16pair" when open < 0: return Bf16Pair;
            case "dp4a" when open < 0: return Dp4a;
            case "muladd" when NumericFormats.TryParse(argument, out NumericFormat product): return MulAddProduct(product);
            case "dot" when TryParseDot(argument, out ReductionStep dot): return dot;
            default:
                throw new PlanFormatException(text.ToString(), 0, "expected a step: add, muladd, muladd<FORMAT>, fma, dot<L,F,rz|rz13|rne16>, bf16pair or dp4a");
        }
    }

    /// <summary>The canonical text.</summary>
    /// <returns><c>add</c>, <c>muladd</c>, <c>muladd&lt;fp32&gt;</c>, <c>fma</c>, <c>dot&lt;L,F,rz&gt;</c>, <c>bf16pair</c> or <c>dp4a</c>.</returns>
    public override string ToString() => Kind switch
    {
        StepKind.Add => "add",
        StepKind.MulAdd when ProductFormat is { } product => $"muladd<{NumericFormats.NameOf(product)}>",
        StepKind.MulAdd => "muladd",
        StepKind.Fma => "fma",
        StepKind.Dot when ZeroExponent != DefaultZeroExponent(AlignmentBits) => string.Create(CultureInfo.InvariantCulture, $"dot<{BlockLength},{AlignmentBits},{NameOf(Rounding)},{ZeroExponent}>"),
        StepKind.Dot => $"dot<{BlockLength},{AlignmentBits},{NameOf(Rounding)}>",
        StepKind.Bf16Pair => "bf16pair",
        _ => "dp4a",
    };

    private static int DefaultZeroExponent(int alignmentBits) => alignmentBits switch { 23 => -131, 24 => -132, _ => -133 };

    private static string NameOf(DotRounding rounding) => rounding switch
    {
        DotRounding.TowardZeroFp32 => "rz",
        DotRounding.TowardZeroE8M13 => "rz13",
        _ => "rne16",
    };

    private static bool TryParseDot(ReadOnlySpan<char> argument, out ReductionStep step)
    {
        step = default;
        Span<Range> parts = stackalloc Range[5];
        int count = argument.Split(parts, ',');
        int zeroExponent = 0;
        if (count is not (3 or 4)
            || (count == 4 && (!int.TryParse(argument[parts[3]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out zeroExponent) || zeroExponent is < -200 or > 0))
            || !int.TryParse(argument[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length is < 1 or > 64
            || !int.TryParse(argument[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out int bits) || bits is < 10 or > 40)
            return false;
        DotRounding rounding;
        switch (argument[parts[2]])
        {
            case "rz": rounding = DotRounding.TowardZeroFp32; break;
            case "rz13": rounding = DotRounding.TowardZeroE8M13; break;
            case "rne16": rounding = DotRounding.NearestEvenFp16; break;
            default: return false;
        }

        step = Dot(length, bits, rounding, count == 4 ? zeroExponent : null);
        return true;
    }
}
