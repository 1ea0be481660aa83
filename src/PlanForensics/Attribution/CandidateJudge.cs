using System.Runtime.CompilerServices;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Attribution;

/// <summary>Judges candidates by the states of one trajectory; what was judged once is remembered.</summary>
internal sealed class CandidateJudge(ReplayModel model)
{
    private readonly (DecoderOperator Node, int? N, int? K)[] _operators = [.. model.Graph.Operators.DistinctBy(node => (node.Role, node.N, node.K)).Select(node => (node, node.N, node.K))];
    private readonly Dictionary<(int Step, int Operator), PlanSpace> _spaces = [];
    private readonly Dictionary<(int Step, int Operator, OperatorPlan Plan), PlanFeasibility> _judged = new(ByReference.Instance);

    /// <summary>The first operator whose plan a state rules out; null where none is. A schedule without a plan is left to the replay to refuse.</summary>
    public RefusedCandidate? Find(PlanSchedule candidate, IReadOnlyList<TrajectoryStep> steps, out IReadOnlyCollection<string> missing)
    {
        var lacks = new HashSet<string>(StringComparer.Ordinal);
        missing = lacks;
        for (int step = 0; step < steps.Count; step++)
        {
            StepState state = steps[step].Recorded.State;
            ExecutionPlan plan;
            try
            {
                plan = candidate.PlanFor(state);
            }
            catch (PlanNotSupportedException)
            {
                return null;
            }

            foreach ((DecoderOperator node, int index) in model.Graph.Operators.Select(node => (node, Index(node))))
            {
                if (plan.FindPlan(steps[step].Phase, node.Layer, node.Role) is not { } own)
                    continue;
                PlanFeasibility judged = Judge(step, index, own, state);
                if (judged.Verdict == FeasibilityVerdict.Infeasible)
                    return new RefusedCandidate(candidate.Name, state.StepIndex, node.Name, judged.Reason, IsInfeasible: true);
                lacks.UnionWith(judged.Missing);
            }
        }

        return null;
    }

    private int Index(DecoderOperator node) => Array.FindIndex(_operators, entry => entry.Node.Role == node.Role && entry.N == node.N && entry.K == node.K);

    private PlanFeasibility Judge(int step, int index, OperatorPlan plan, StepState state)
    {
        if (_judged.TryGetValue((step, index, plan), out PlanFeasibility? known))
            return known;
        if (!_spaces.TryGetValue((step, index), out PlanSpace? space))
            _spaces[(step, index)] = space = new PlanSpace(Query(index, state));
        return _judged[(step, index, plan)] = space.Judge("", plan);
    }

    // A plan that adds up ranks has the whole K; of the columns each rank has its share.
    private FeasibilityQuery Query(int index, StepState state)
    {
        (DecoderOperator node, int? n, int? k) = _operators[index];
        return new FeasibilityQuery(state) { Role = node.Role, ColumnsOfAllRanks = n, K = k };
    }

    private sealed class ByReference : IEqualityComparer<(int Step, int Operator, OperatorPlan Plan)>
    {
        public static readonly ByReference Instance = new();

        public bool Equals((int Step, int Operator, OperatorPlan Plan) x, (int Step, int Operator, OperatorPlan Plan) y) => x.Step == y.Step && x.Operator == y.Operator && ReferenceEquals(x.Plan, y.Plan);

        public int GetHashCode((int Step, int Operator, OperatorPlan Plan) key) => HashCode.Combine(key.Step, key.Operator, RuntimeHelpers.GetHashCode(key.Plan));
    }
}
