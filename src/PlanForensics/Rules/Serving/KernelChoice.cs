using PlanForensics.Plans;

namespace PlanForensics.Rules.Serving;

/// <summary>What a dispatcher's predicate chose.</summary>
/// <param name="Kernel">The variant in the words of its source, for example <c>1stage</c>.</param>
/// <param name="Reason">The predicate with the numbers that decided it.</param>
/// <param name="Plan">The plan that this variant runs, or null where its order of additions is not known: a variant's name alone is then what can be compared.</param>
public sealed record KernelChoice(string Kernel, string Reason, OperatorPlan? Plan = null);
