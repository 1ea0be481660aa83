using System.Text;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Writes down the programs of every operator of a trajectory; equal text means equal bits on every input.</summary>
internal sealed class ProgramList(IReplayEngine engine, ReplayModel model)
{
    private readonly StringBuilder _key = new();
    private readonly HashSet<(OperatorPlan, OperatorShape)> _supported = new(ByReference.Instance);

    /// <summary>The operator that is being looked at; null before the first one of a step.</summary>
    public DecoderOperator? Current { get; private set; }

    public string Key => _key.ToString();

    public void Add(ExecutionPlan plan, TrajectoryStep step)
    {
        foreach (DecoderOperator node in model.Graph.Operators)
        {
            Current = node;
            OperatorPlan own = plan.GetPlan(step.Phase, node.Layer, node.Role);
            foreach (OperatorShape shape in StepPrograms.ShapesOf(node, model.Configuration, own, step.Extent))
                if (_supported.Add((own, shape)) && !engine.Supports(own, shape, out string reason))
                    throw new PlanNotSupportedException(own.Text, reason);
            Append(StepPrograms.Of(node, model.Configuration, own, step.Extent));
        }

        Current = null;
        _key.Append('\n');
    }

    private void Append(IReadOnlyList<OperatorProgram> programs)
    {
        foreach (OperatorProgram program in programs)
            _key.Append(ProgramIdentity.Of(program)).Append(' ');
    }

    private sealed class ByReference : IEqualityComparer<(OperatorPlan Plan, OperatorShape Shape)>
    {
        public static readonly ByReference Instance = new();

        public bool Equals((OperatorPlan Plan, OperatorShape Shape) x, (OperatorPlan Plan, OperatorShape Shape) y) =>
            ReferenceEquals(x.Plan, y.Plan) && x.Shape == y.Shape;

        public int GetHashCode((OperatorPlan Plan, OperatorShape Shape) obj) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj.Plan), obj.Shape);
    }
}
