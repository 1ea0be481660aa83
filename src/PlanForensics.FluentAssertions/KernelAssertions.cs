using FluentAssertions;
using FluentAssertions.Primitives;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on a kernel that adds up: a sum, a dot product, a matrix product, an all-reduce.</summary>
public sealed class KernelAssertions : ReferenceTypeAssertions<BlackBox?, KernelAssertions>
{
    internal KernelAssertions(BlackBox? subject)
        : base(subject)
    {
    }

    /// <inheritdoc/>
    protected override string Identifier => "kernel";

    /// <summary>Asserts that the kernel adds in the order of a program, at every output: it is probed, and the program found is compared.</summary>
    /// <param name="program">The expected program, of the kernel's K.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the probe's report.</returns>
    /// <remarks>What holds, holds for the kernel as it was called: shape, threads, layout, addresses; see docs/probing.md for what a probe does not see.</remarks>
    [CustomAssertion]
    public AndWhichConstraint<KernelAssertions, ProbeReport> AccumulateLike(ReductionProgram program, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(program);
        return Check(ExpectedOrder.Of(program), null, because, becauseArgs);
    }

    /// <summary>Asserts that the kernel adds as a plan does at its shape.</summary>
    /// <param name="plan">A matrix product's plan, a map of them, or a sum's. A gemm plan is taken with the kernel's operand and output formats.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the probe's report.</returns>
    /// <exception cref="PlanNotSupportedException">The plan is not lowered at the kernel's shape.</exception>
    /// <exception cref="ArgumentException">The plan is none of a sum.</exception>
    [CustomAssertion]
    public AndWhichConstraint<KernelAssertions, ProbeReport> AccumulateLike(OperatorPlan plan, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Check(Subject is { } box ? ExpectedOrder.Of(plan, box) : null, plan, because, becauseArgs);
    }

    /// <summary>Asserts that the kernel adds as a text says: a program's (<c>k=8 a=fp32 ...</c>), a plan's (<c>gemm split_k=4</c>), or a plan's name in <see cref="PlanCatalog"/>.</summary>
    /// <param name="programOrPlan">The text.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the probe's report.</returns>
    /// <exception cref="PlanFormatException">The text is none of them.</exception>
    [CustomAssertion]
    public AndWhichConstraint<KernelAssertions, ProbeReport> AccumulateLike(string programOrPlan, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(programOrPlan);
        if (programOrPlan.StartsWith("k=", StringComparison.Ordinal))
            return AccumulateLike(ReductionProgram.Parse(programOrPlan), because, becauseArgs);
        OperatorPlan plan = PlanCatalog.Operators.TryGetValue(programOrPlan, out OperatorPlan? named) ? named : OperatorPlan.Parse(programOrPlan);
        return AccumulateLike(plan, because, becauseArgs);
    }

    [CustomAssertion]
    private AndWhichConstraint<KernelAssertions, ProbeReport> Check(ExpectedOrder? expected, OperatorPlan? plan, string because, object[] becauseArgs)
    {
        ProbeReport? report = Subject is { } box ? OrderProbe.Run(box, new ProbeOptions { KnownPlans = plan is null or PlanMap ? [] : [plan] }) : null;
        Failures.Check(Subject, kernel => OrderFinding.Compare(kernel, report!, expected!), Identifier, because, becauseArgs);
        return new AndWhichConstraint<KernelAssertions, ProbeReport>(this, report!);
    }
}
