using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>One order of adding that may be a tile's.</summary>
/// <param name="Plan">A plan that lowers to it.</param>
/// <param name="Program">The order.</param>
/// <param name="Families">Who runs it.</param>
/// <param name="IsControl">Whether no engine runs it.</param>
internal sealed record BasisOrder(OperatorPlan Plan, ReductionProgram Program, ImmutableArray<string> Families, bool IsControl);
