using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>One operator, or several whose substitution has the effect only together.</summary>
/// <param name="Operators">The operators.</param>
/// <param name="IsNecessary">Whether the substitution of all other operators has no effect.</param>
public sealed record OperatorGroup(ValueList<FoundOperator> Operators, bool IsNecessary)
{
    /// <summary>Whether the operators have the effect only together.</summary>
    public bool IsJoint => Operators.Count > 1;
}
