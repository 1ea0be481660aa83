using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of a rotary position embedding. Which elements pair up (rotate-half or interleaved) is the model's.</summary>
/// <remarks>
/// <c>muladd</c>: <c>y0 = fl(fl(x0 * c) - fl(x1 * s)), y1 = fl(fl(x1 * c) + fl(x0 * s))</c>.
/// <c>fma</c>: <c>y0 = fma(x0, c, -fl(x1 * s)), y1 = fma(x0, s, fl(x1 * c))</c>. Results are rounded to the output format.
/// </remarks>
public sealed record RopePlan : OperatorPlan
{
    /// <summary>Whether products and sums are fused: <c>muladd</c> (default) or <c>fma</c>.</summary>
    public ReductionStep Step { get; init; } = ReductionStep.MulAdd;

    /// <summary>Format of the cos and sin tables; default fp32.</summary>
    public NumericFormat Table { get; init; } = NumericFormat.Fp32;

    /// <summary>Format each product is rounded to before the sum (bf16 frameworks without fusion); default fp32.</summary>
    public NumericFormat Product { get; init; } = NumericFormat.Fp32;

    /// <summary>Sine and cosine implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>How angles are computed where cosines and sines are not given; default a table of frequencies.</summary>
    public RopeAngles Angles { get; init; } = RopeAngles.Table;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("rope")
        .Add("step", Step, ReductionStep.MulAdd)
        .Add("table", Table, NumericFormat.Fp32)
        .Add("product", Product, NumericFormat.Fp32)
        .Add("math", Math, MathPath.Portable)
        .Add("angles", Angles, RopeAngles.Table)
        .Add("out", Output, NumericFormat.Fp32)
        .ToString();

    /// <summary>Lowers to itself: rotation has no reduction.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        if (Step != ReductionStep.MulAdd && Step != ReductionStep.Fma)
            throw new PlanNotSupportedException(Text, $"rope rotates by muladd or fma; got {Step}");
        if (Step == ReductionStep.Fma && Product != NumericFormat.Fp32)
            throw new PlanNotSupportedException(Text, "a fused rotation does not round its products; leave product at fp32");
        PlanChecks.Activation(this, "table", Table);
        PlanChecks.Activation(this, "product", Product);
        PlanChecks.Activation(this, "out", Output);
        return new ElementwiseProgram(this);
    }

    internal static RopePlan Read(PlanFieldReader reader)
    {
        ReductionStep step = reader.Step("step", ReductionStep.MulAdd);
        NumericFormat table = reader.Format("table", NumericFormat.Fp32);
        NumericFormat product = reader.Format("product", NumericFormat.Fp32);
        MathPath math = reader.Enum("math", MathPath.Portable);
        RopeAngles angles = reader.Enum("angles", RopeAngles.Table);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new RopePlan { Step = step, Table = table, Product = product, Math = math, Angles = angles, Output = output });
    }
}
