using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Lowers each plan object once for each shape.</summary>
internal static class LoweringCache
{
    private static readonly ConditionalWeakTable<OperatorPlan, ConcurrentDictionary<OperatorShape, OperatorProgram>> Programs = [];

    public static OperatorProgram Lower(OperatorPlan plan, OperatorShape shape)
    {
        ConcurrentDictionary<OperatorShape, OperatorProgram> shapes = Programs.GetValue(plan, _ => new ConcurrentDictionary<OperatorShape, OperatorProgram>());
        OperatorShape key = shape with { Rows = DependsOnRows(plan) ? shape.Rows : int.MaxValue };
        return shapes.TryGetValue(key, out OperatorProgram? program) ? program : shapes.GetOrAdd(key, plan.Lower(key));
    }

    private static bool DependsOnRows(OperatorPlan plan) => plan is PlanMap or ComposedAttentionPlan or GemmPlan { AllReduce: not null };
}
