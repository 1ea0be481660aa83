using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>One thing, or several that have the effect only together (1-minimal: without any one of them it is gone).</summary>
/// <param name="Members">The things.</param>
/// <param name="IsNecessary">Whether everything but this group has no effect.</param>
public sealed record SubsetGroup(ValueList<SubsetMember> Members, bool IsNecessary);
