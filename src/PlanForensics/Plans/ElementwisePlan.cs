namespace PlanForensics.Plans;

/// <summary>The plan of an operator that computes one function of every element, all elements alike. <see cref="ElementwiseFunction"/> states the arithmetic.</summary>
/// <remarks>Activations of a decoder, with their products and roundings, are <see cref="ActivationPlan"/>.</remarks>
public sealed record ElementwisePlan : OperatorPlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="function">The function.</param>
    public ElementwisePlan(ElementwiseFunction function) => Function = function;

    /// <summary>The function.</summary>
    public ElementwiseFunction Function { get; init; }

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("elementwise").Add("function", PlanNames.Of(Function), "").ToString();

    /// <summary>Lowers to itself: there is no reduction.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape) => new ElementwiseProgram(this);

    internal static ElementwisePlan Read(PlanFieldReader reader)
    {
        string name = reader.Text("function", "");
        return reader.Finish(() => PlanNames.TryParse(name, out ElementwiseFunction function)
            ? new ElementwisePlan(function)
            : throw reader.Bad("function", "one of " + PlanNames.List<ElementwiseFunction>()));
    }
}
