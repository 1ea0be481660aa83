using System.Collections.Immutable;
using System.Globalization;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Something that takes a freedom from the dispatch rules, so that the batch decides fewer bits.</summary>
/// <param name="Name">What it does, in words.</param>
/// <param name="Roles">Operators whose plan is fixed to the one that needs no workspace and no other request; empty where the pin is of another kind.</param>
/// <param name="PadRows">Rows to which every smaller step is padded; 0 for no padding.</param>
/// <param name="IsFp32">Whether operands, accumulators and activations are fp32 everywhere, cut as dispatched.</param>
public sealed record SweepPin(string Name, ImmutableArray<OperatorRole> Roles, int PadRows = 0, bool IsFp32 = false)
{
    /// <summary>No pin.</summary>
    public static SweepPin None { get; } = new("nothing", []);

    /// <summary>The plan of a step under the pin.</summary>
    /// <param name="rules">The dispatch rules.</param>
    /// <param name="facts">The step.</param>
    /// <returns>The plan.</returns>
    public ExecutionPlan PlanFor(DispatchRules rules, StepFacts facts)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ExecutionPlan plan = rules.Choose(PadRows > 0 ? facts with { Rows = Math.Max(facts.Rows, PadRows) } : facts).Plan;
        if (Roles.Length > 0)
            plan = plan.With(Roles.Select(role => new PlanRule(null, null, role, Fixed(plan, role))));
        return IsFp32 ? Widened(plan) : plan;
    }

    /// <summary>The part of a pin's name that says which operators it fixes.</summary>
    /// <param name="roles">The operators.</param>
    /// <returns>The pin.</returns>
    public static SweepPin Fix(ImmutableArray<OperatorRole> roles) => new(string.Create(
        CultureInfo.InvariantCulture, $"fix {string.Join(", ", roles.Select(OperatorRoles.NameOf))}"), roles);

    /// <summary>The operator's plan without what the batch decides: one slice, one part, 256 threads.</summary>
    private static OperatorPlan Fixed(ExecutionPlan plan, OperatorRole role) => plan.GetPlan(ExecutionPhase.Decode, 0, role) switch
    {
        GemmPlan gemm => gemm with { SplitK = 1, SplitGrain = 1 },
        AttentionPlan attention => PlanCatalog.FlashAttention(attention.Scores.Step, attention.KvBlock),
        NormPlan norm => PlanCatalog.BlockRmsNorm(Math.Min(norm.Threads.Lanes, 256), norm.Output),
        var other => other,
    };

    private static ExecutionPlan Widened(ExecutionPlan plan) => PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Fp32).With(
        plan.Rules.Where(rule => rule.Plan is GemmPlan).Select(rule => rule with
        {
            Plan = new GemmPlan { SplitK = ((GemmPlan)rule.Plan).SplitK, SplitGrain = ((GemmPlan)rule.Plan).SplitGrain },
        }));
}
