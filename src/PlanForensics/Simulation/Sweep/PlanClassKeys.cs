using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Keys of plans for one model: equal where every product lowers to the same program and every other operator has the same plan, so that bits are equal.</summary>
internal sealed class PlanClassKeys(ReplayModel model)
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Of(ServedPath path) =>
        string.Join(';', path.Prefill.Select(part => FormattableString.Invariant($"{part.Tokens}:{Of(part.Plan, part.BatchRows)}"))) + FormattableString.Invariant($";{Of(path.Decode, path.DecodeRows)}");

    private string Of(ExecutionPlan plan, int rows)
    {
        if (!_known.TryGetValue(plan.Text, out string? key))
            _known.Add(plan.Text, key = PlanFingerprint.Of(string.Join('\n', plan.Rules.Select(TextOf))).ToString());
        return plan.Rules.Any(rule => DependsOnRows(rule.Plan)) ? FormattableString.Invariant($"{key}:{rows}") : key;
    }

    private string TextOf(PlanRule rule)
    {
        if (rule.Plan is not GemmPlan gemm || DependsOnRows(gemm))
            return rule.Text;
        var matrix = model.Matrix(rule.Role, rule.Role == OperatorRole.LmHead ? -1 : rule.Layer ?? 0);
        return $"{rule.Phase} {rule.Layer} {rule.Role} {LoweringCache.Lower(gemm, new OperatorShape(1, matrix.Outputs, matrix.Depth)).Text}";
    }

    private static bool DependsOnRows(OperatorPlan plan) => plan is PlanMap or GemmPlan { AllReduce.Partitions: > 1 };
}
