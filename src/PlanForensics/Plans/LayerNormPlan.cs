namespace PlanForensics.Plans;

/// <summary>The plan of a whole LayerNorm or RMSNorm kernel of a CPU library, whose mean and variance are taken together. <see cref="LayerNormProgram"/> states the arithmetic.</summary>
/// <remarks>LayerNorms that sum first and square afterwards are <see cref="NormPlan"/>.</remarks>
public sealed record LayerNormPlan : OperatorPlan
{
    /// <summary>How mean and variance are taken; default cascade.</summary>
    public LayerNormStatistics Statistics { get; init; } = LayerNormStatistics.Cascade;

    /// <summary>Lanes of the statistics: 4, 8 (default) or 16.</summary>
    public int Lanes
    {
        get;
        init => field = value is 4 or 8 or 16 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "lanes are 4, 8 or 16");
    } = 8;

    /// <summary>Whether products enter the statistics by fma (default) or are rounded first.</summary>
    public ReductionStep Step
    {
        get;
        init => field = Fused(value, "step");
    } = ReductionStep.Fma;

    /// <summary>How a value is normalised; default centered.</summary>
    public LayerNormScaling Scaling { get; init; } = LayerNormScaling.Centered;

    /// <summary>Whether the products outside the statistics (shift, weight) are added by fma (default) or are rounded first.</summary>
    public ReductionStep Apply
    {
        get;
        init => field = Fused(value, "apply");
    } = ReductionStep.Fma;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("layer_norm")
        .Add("statistics", Statistics, LayerNormStatistics.Cascade)
        .Add("lanes", Lanes, 8)
        .Add("step", Step, ReductionStep.Fma)
        .Add("scaling", Scaling, LayerNormScaling.Centered)
        .Add("apply", Apply, ReductionStep.Fma)
        .ToString();

    /// <summary>Lowers for rows of <see cref="OperatorShape.Depth"/> values.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        return shape.Depth is >= 1 and <= ReductionLimits.LargestIndex
            ? new LayerNormProgram(this, shape.Depth)
            : throw new PlanNotSupportedException(Text, $"a layer norm needs rows of 1 to {ReductionLimits.LargestIndex} values; got {shape.Depth}");
    }

    internal static LayerNormPlan Read(PlanFieldReader reader)
    {
        LayerNormStatistics statistics = reader.Enum("statistics", LayerNormStatistics.Cascade);
        int lanes = reader.Integer("lanes", 8);
        ReductionStep step = reader.Step("step", ReductionStep.Fma);
        LayerNormScaling scaling = reader.Enum("scaling", LayerNormScaling.Centered);
        ReductionStep apply = reader.Step("apply", ReductionStep.Fma);
        return reader.Finish(() => new LayerNormPlan { Statistics = statistics, Lanes = lanes, Step = step, Scaling = scaling, Apply = apply });
    }

    private static ReductionStep Fused(ReductionStep step, string field) =>
        step == ReductionStep.Fma || step == ReductionStep.MulAdd ? step : throw new ArgumentException($"{field} is fma or muladd; got {step}", nameof(step));
}
