using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Refusals that several plan families share; each says what the plan has, what is accepted and what to change.</summary>
internal static class PlanChecks
{
    /// <summary>A format in which values travel between operators; results are rounded to tf32 to nearest even, operands are truncated.</summary>
    public static void Activation(OperatorPlan plan, string field, NumericFormat format) => Demand(
        plan, field, format, format is not (NumericFormat.Fp64 or NumericFormat.Int8 or NumericFormat.Int32), "fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2");

    /// <summary>A format in which a sum is kept.</summary>
    public static void Accumulator(OperatorPlan plan, string field, NumericFormat format) => Demand(
        plan, field, format, format is NumericFormat.Fp32 or NumericFormat.Fp64 or NumericFormat.Bf16 or NumericFormat.Fp16, "fp32, fp64, bf16 or fp16");

    /// <summary>A format in which a partial sum is stored.</summary>
    public static void Staging(OperatorPlan plan, string field, NumericFormat format) => Demand(
        plan, field, format, format is not (NumericFormat.Int8 or NumericFormat.Int32), "fp32, fp64, tf32, bf16, fp16, fp8e4m3 or fp8e5m2");

    /// <summary>A format that operands are rounded to.</summary>
    public static void Operand(OperatorPlan plan, string field, NumericFormat format) => Demand(
        plan, field, format, format is not (NumericFormat.Fp64 or NumericFormat.Int8 or NumericFormat.Int32), "fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2");

    /// <summary>A shape whose numbers are not negative and whose reduction fits a program.</summary>
    public static void Shape(OperatorPlan plan, OperatorShape shape)
    {
        if (shape.Rows < 0 || shape.Columns < 0 || shape.Depth < 0)
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "M, N and K are not negative");
        if (shape.Depth > ReductionLimits.LargestIndex)
            throw new PlanNotSupportedException(plan.Text, $"a reduction has at most {ReductionLimits.LargestIndex} terms; got K = {shape.Depth}: split the operator");
    }

    /// <summary>A row of at least one value that is summed in fp32 or fp64.</summary>
    public static void Row(OperatorPlan plan, OperatorShape shape, NumericFormat accumulator)
    {
        Shape(plan, shape);
        if (shape.Depth < 1)
            throw new PlanNotSupportedException(plan.Text, $"a row has at least one value; got {shape.Depth}");
        Demand(plan, "acc", accumulator, accumulator is NumericFormat.Fp32 or NumericFormat.Fp64, "fp32 or fp64");
    }

    /// <summary>A product's step, accumulator and lanes.</summary>
    public static void Product(OperatorPlan plan, GemmPlan product, string prefix)
    {
        ReductionStep step = product.Step;
        if (step.Kind == StepKind.Dp4a || product.Accumulator == NumericFormat.Int32)
            throw new PlanNotSupportedException(plan.Text, "integer accumulation needs quantised operands with scales, which this version does not replay; use a floating-point step and acc");
        Accumulator(plan, prefix + "acc", product.Accumulator);
        if (step.Kind == StepKind.Add)
            throw new PlanNotSupportedException(plan.Text, $"{prefix}step=add reads no weights; a product takes muladd, fma, dot<L,F,ROUNDING> or bf16pair");
        if (!ReductionValidation.Fits(product.Accumulator, step))
            throw new PlanNotSupportedException(
                plan.Text, $"{prefix}step={step} does not run in {prefix}acc={NumericFormats.NameOf(product.Accumulator)}: rz and rz13 blocks and bf16pair take fp32, rne16 blocks take fp16, muladd<F> takes F = fp32");
        if (product.Lanes.Order != LaneOrder.Spread && step.TermsPerStep > 1)
            throw new PlanNotSupportedException(plan.Text, $"{prefix}order={PlanNames.Of(product.Lanes.Order)} takes single terms; got {prefix}step={step}: use order=spread");
        if (product.Lanes.Lanes > 1 && step.TermsPerStep > 1 && product.Lanes.Vector % step.TermsPerStep != 0)
            throw new PlanNotSupportedException(
                plan.Text, $"a lane of {prefix}step={step} takes whole blocks: {prefix}vector is a multiple of {step.TermsPerStep}; got {product.Lanes.Vector}");
    }

    private static void Demand(OperatorPlan plan, string field, NumericFormat format, bool accepted, string formats)
    {
        if (!accepted)
            throw new PlanNotSupportedException(plan.Text, $"{field} is {formats}; got {NumericFormats.NameOf(format)}");
    }
}
