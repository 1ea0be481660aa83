using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>An operator whose substitution has the effect.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Layer">Its 0-based layer, or -1.</param>
/// <param name="Name">Its name, for example <c>layer 2 down_proj</c>.</param>
/// <param name="PlanA">Text of its plan on side A at the step.</param>
/// <param name="PlanB">Text of its plan on side B at the step.</param>
/// <param name="IsSufficient">Whether its substitution alone has the effect.</param>
/// <param name="IsNecessary">Whether the substitution of every operator but it has no effect.</param>
public sealed record FoundOperator(OperatorRole Role, int Layer, string Name, string PlanA, string PlanB, bool IsSufficient, bool IsNecessary);
