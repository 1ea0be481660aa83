namespace PlanForensics.Plans;

/// <summary>An operator without a reduction: its plan is its program.</summary>
public sealed class ElementwiseProgram : OperatorProgram
{
    internal ElementwiseProgram(OperatorPlan plan)
        : base(plan.Text) => Plan = plan;

    /// <summary>The plan, which states the arithmetic in full.</summary>
    public OperatorPlan Plan { get; }
}
