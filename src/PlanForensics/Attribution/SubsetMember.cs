namespace PlanForensics.Attribution;

/// <summary>One thing found by a subset search.</summary>
/// <param name="Index">0-based index.</param>
/// <param name="IsSufficient">Whether it has the effect alone.</param>
/// <param name="IsNecessary">Whether everything but it has no effect.</param>
public sealed record SubsetMember(int Index, bool IsSufficient, bool IsNecessary);
