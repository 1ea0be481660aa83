using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of an elementwise addition (residual, learned positions) and of what the residual stream is kept in.</summary>
/// <remarks><c>y = fl(stream + x)</c> in binary32, rounded to <see cref="Output"/>. Used for an embedding lookup too, which only rounds.</remarks>
public sealed record ResidualPlan : OperatorPlan
{
    /// <summary>Format of the residual stream; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("residual").Add("out", Output, NumericFormat.Fp32).ToString();

    /// <summary>Lowers to itself.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Activation(this, "out", Output);
        return new ElementwiseProgram(this);
    }

    internal static ResidualPlan Read(PlanFieldReader reader)
    {
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new ResidualPlan { Output = output });
    }
}
