namespace PlanForensics.Plans;

/// <summary>The plan of an operator that computes one function of every element, all elements alike. <see cref="ElementwiseFunction"/> states the arithmetic.</summary>
/// <remarks>Activations of a decoder, with their products and roundings, are <see cref="ActivationPlan"/>.</remarks>
public sealed record ElementwisePlan : OperatorPlan
{
    /// <summary>The function; default mlas_silu.</summary>
    public ElementwiseFunction Function { get; init; } = ElementwiseFunction.MlasSilu;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("elementwise").Add("function", Function, ElementwiseFunction.MlasSilu).ToString();

    /// <summary>Lowers to itself: there is no reduction.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape) => new ElementwiseProgram(this);

    internal static ElementwisePlan Read(PlanFieldReader reader)
    {
        ElementwiseFunction function = reader.Enum("function", ElementwiseFunction.MlasSilu);
        return reader.Finish(() => new ElementwisePlan { Function = function });
    }
}
