using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>A group of outputs with the order found for it.</summary>
internal sealed record ProbedGroup(OutputGroup Group, TreeFinding Finding, GroupArithmetic Arithmetic, ReductionProgram? Program, string Reason)
{
    /// <summary>Groups with equal keys are one class.</summary>
    public string Key => Program?.Text ?? Finding.Tree.Text;
}
