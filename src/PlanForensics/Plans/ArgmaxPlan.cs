namespace PlanForensics.Plans;

/// <summary>The plan of the greedy choice. A NaN logit is larger than every number, as in PyTorch; among NaNs and among equals the tie rule decides.</summary>
public sealed record ArgmaxPlan : OperatorPlan
{
    /// <summary>The tie rule; default first.</summary>
    public TieRule Tie { get; init; } = TieRule.First;

    /// <inheritdoc/>
    public override string Text => new PlanTextWriter("argmax").Add("tie", Tie, TieRule.First).ToString();

    /// <summary>Lowers to itself.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape) => new ElementwiseProgram(this);

    internal static ArgmaxPlan Read(PlanFieldReader reader)
    {
        TieRule tie = reader.Enum("tie", TieRule.First);
        return reader.Finish(() => new ArgmaxPlan { Tie = tie });
    }
}
