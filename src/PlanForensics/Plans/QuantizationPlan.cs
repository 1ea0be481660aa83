using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// How quantised weights become numbers. Vocabulary for contracts and rules: lowering is refused, since the words do not say in which order scaled groups are added; <see cref="QuantizedGemmPlan"/> does for block formats.
/// </summary>
public sealed record QuantizationPlan : OperatorPlan
{
    /// <summary>Where scales are applied; default to each weight.</summary>
    public DequantPoint Dequant { get; init; } = DequantPoint.Weights;

    /// <summary>Format of the stored weights: int8 (default), fp8e4m3 or fp8e5m2.</summary>
    public NumericFormat Storage
    {
        get;
        init => field = value is NumericFormat.Int8 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2
            ? value
            : throw new ArgumentException($"weights are stored as int8, fp8e4m3 or fp8e5m2; got {NumericFormats.NameOf(value)}", nameof(value));
    } = NumericFormat.Int8;

    /// <summary>Format of the scales: fp32 (default), bf16 or fp16.</summary>
    public NumericFormat Scale
    {
        get;
        init => field = value is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16
            ? value
            : throw new ArgumentException($"scales are fp32, bf16 or fp16; got {NumericFormats.NameOf(value)}", nameof(value));
    } = NumericFormat.Fp32;

    /// <summary>Successive terms of K that share a scale, 0 (default) for one scale a row, to 65,536.</summary>
    public int Group
    {
        get;
        init => field = value is >= 0 and <= 65536 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "group is 0 (one scale a row) to 65536");
    }

    /// <summary>Times the values are rounded back to <see cref="Storage"/> and widened again before they are used, 0 (default) to 64.</summary>
    public int RequantCycles
    {
        get;
        init => field = value is >= 0 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "requant_cycles is 0 to 64");
    }

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("quantization")
        .Add("dequant", Dequant, DequantPoint.Weights)
        .Add("storage", Storage, NumericFormat.Int8)
        .Add("scale", Scale, NumericFormat.Fp32)
        .Add("group", Group, 0)
        .Add("requant_cycles", RequantCycles, 0)
        .ToString();

    /// <summary>Refuses: this version replays no quantised operator.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape) => throw new PlanNotSupportedException(
        Text, "quantised operands need scales, which this vocabulary does not place; replay q8_0 and q4_0 weights by a quantized_gemm plan, others dequantised beforehand by a gemm plan");

    internal static QuantizationPlan Read(PlanFieldReader reader)
    {
        DequantPoint dequant = reader.Enum("dequant", DequantPoint.Weights);
        NumericFormat storage = reader.Format("storage", NumericFormat.Int8);
        NumericFormat scale = reader.Format("scale", NumericFormat.Fp32);
        int group = reader.Integer("group", 0);
        int cycles = reader.Integer("requant_cycles", 0);
        return reader.Finish(() => new QuantizationPlan { Dequant = dequant, Storage = storage, Scale = scale, Group = group, RequantCycles = cycles });
    }
}
