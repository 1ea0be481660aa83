using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>The plans that a state leaves: every named plan, cuBLASLt configuration, serving kernel and processor rule with its verdict.</summary>
/// <remarks>A plan is infeasible only where a recorded value speaks against it. What was not recorded keeps it, and is named. Limits stand in docs/feasibility.md.</remarks>
public sealed class PlanSpace
{
    private readonly FeasibilityQuery _query;
    private readonly PlanConstraints _constraints;
    private PlanFeasibility[]? _served;

    /// <summary>Creates the space of a state.</summary>
    /// <param name="query">The state and the operator asked about.</param>
    public PlanSpace(FeasibilityQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        _query = query;
        Platform = StepPlatform.Of(query.State, query.Stack);
        _constraints = new PlanConstraints(query, Platform);
    }

    /// <summary>What the state says about device, libraries and memory.</summary>
    public StepPlatform Platform { get; }

    /// <summary>Asks the constraints of one plan, without lowering it.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="plan">The plan.</param>
    /// <returns>The verdict with its reasons.</returns>
    public PlanFeasibility Judge(string name, OperatorPlan plan)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(plan);
        return new PlanFeasibility(name, "catalogue", KindOf(plan), plan, [.. _constraints.Of(plan).Concat(Dispatched(plan)).Distinct()]);
    }

    /// <summary>Judges the whole catalogue.</summary>
    /// <returns>The named plans in order of names, cuBLASLt's configurations by profile, the serving rules' kernels, the processor libraries' rules.</returns>
    public IEnumerable<PlanFeasibility> JudgeAll()
    {
        foreach ((string name, OperatorPlan plan) in PlanCatalog.Operators)
            yield return Named(name, InFormats(plan));
        foreach (PlanFeasibility entry in new CublasLtSpace(_query, Platform, _constraints).Judge())
            yield return entry;
        foreach (PlanFeasibility entry in Served)
            yield return entry;
        foreach (PlanFeasibility entry in new EngineSpace(_query, Platform).Judge())
            yield return entry;
    }

    private PlanFeasibility[] Served => _served ??= [.. ServingRules.All.SelectMany(rule => rule.Judge(_query, Platform))
        .Select(entry => entry with { Checks = [.. entry.Checks.Concat(entry.Plan is { } plan ? _constraints.Of(plan) : []).Distinct()] })];

    /// <summary>A plan that a dispatcher has, but never chooses in this state, cannot have run; unless another kernel of the same order was chosen.</summary>
    private IEnumerable<FeasibilityCheck> Dispatched(OperatorPlan plan)
    {
        if (plan is not (NormPlan or AttentionPlan or AllReducePlan))
            return [];
        OperatorPlan own = WithoutOutput(plan);
        PlanFeasibility[] same = [.. Served.Where(entry => entry.Plan is { } served && WithoutOutput(served).Equals(own))];
        return same.Length > 0 && same.All(entry => entry.Verdict == FeasibilityVerdict.Infeasible) ? same.SelectMany(entry => entry.Checks.Where(check => check.Verdict == FeasibilityVerdict.Infeasible)) : [];
    }

    private static OperatorPlan WithoutOutput(OperatorPlan plan) => plan switch
    {
        NormPlan norm => norm with { Output = NumericFormat.Fp32 },
        AttentionPlan attention => attention with { Output = NumericFormat.Fp32 },
        _ => plan,
    };

    /// <summary>A named product in the formats that are asked about: its output's, and on matrix units its operands'.</summary>
    private OperatorPlan InFormats(OperatorPlan plan) => plan is not GemmPlan gemm ? plan : gemm with
    {
        Output = _query.OutputOrOperand is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16 ? _query.OutputOrOperand.Value : gemm.Output,
        Operand = gemm.Step.Kind == StepKind.Dot && _query.Operand is (NumericFormat.Bf16 or NumericFormat.Fp16) ? _query.Operand.Value : gemm.Operand,
    };

    private PlanFeasibility Named(string name, OperatorPlan plan)
    {
        PlanFeasibility judged = Judge(name, plan);
        return Shape(plan) is { } shape ? judged with { Checks = judged.Checks.Append(shape).ToValueList() } : judged;
    }

    /// <summary>Whether the plan lowers at the shape, as far as the shape is known.</summary>
    private FeasibilityCheck? Shape(OperatorPlan plan)
    {
        StepShape state = _query.State.Shape;
        OperatorShape? shape = plan switch
        {
            GemmPlan when _query.Columns is { } n && _query.Depth is { } k => new OperatorShape(_query.RowsAtLeast, n, k),
            AttentionPlan when state.HeadDimension is { } head => new OperatorShape(1, state.KeyLength, head),
            NormPlan when state.Hidden is { } width => new OperatorShape(1, 1, width),
            AllReducePlan when state.Hidden is { } width && _query.Rows is { } rows => new OperatorShape(rows, width, 0),
            _ => null,
        };
        if (shape is not { } known)
            return null;
        try
        {
            plan.Lower(known);
            return null;
        }
        catch (PlanNotSupportedException exception)
        {
            return FeasibilityCheck.Fails("shape", exception.Reason);
        }
    }

    private static string KindOf(OperatorPlan plan) => plan switch
    {
        AttentionPlan or ComposedAttentionPlan => "attention",
        NormPlan => "norm",
        AllReducePlan => "all_reduce",
        GemmPlan or PlanMap or ProgramPlan => "gemm",
        _ => plan.Text.Split(' ', 2)[0],
    };
}
