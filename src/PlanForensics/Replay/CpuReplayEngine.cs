using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Runs plans on the CPU by any <see cref="IOperatorKernels"/>. May be shared by threads.</summary>
public sealed class CpuReplayEngine : IReplayEngine
{
    private readonly IOperatorKernels _kernels;

    /// <summary>Creates an engine.</summary>
    /// <param name="kernels">The kernels to run.</param>
    /// <param name="memo">Operator results to share between candidates, or null to compute everything.</param>
    public CpuReplayEngine(IOperatorKernels kernels, OperatorMemo? memo = null)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        _kernels = kernels;
        Memo = memo;
    }

    /// <inheritdoc/>
    public string Name => "cpu/" + _kernels.Name;

    /// <summary>Operator results shared between candidates, or null.</summary>
    public OperatorMemo? Memo { get; }

    /// <inheritdoc/>
    public bool Supports(OperatorPlan plan, OperatorShape shape, out string reason)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            return _kernels.Supports(LoweringCache.Lower(plan, shape), out reason);
        }
        catch (PlanNotSupportedException exception)
        {
            reason = exception.Reason;
            return false;
        }
    }

    /// <inheritdoc/>
    public ReplayStepResult Run(ReplayModel model, ReplayStep step, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var run = new DecoderRun(_kernels, Memo, model, step);
        foreach (DecoderOperator node in model.Graph.Operators)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Execute(node);
        }

        foreach (SequenceTokens entry in step.Batch)
            entry.Sequence.Advance(entry.Tokens.Length);
        return run.Result();
    }

    /// <inheritdoc/>
    public void RunOperators(
        ReplayModel model, IEnumerable<DecoderOperator> operators, IDictionary<string, float[]> values, ReplayStep step, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operators);
        ArgumentNullException.ThrowIfNull(values);
        var run = new DecoderRun(_kernels, Memo, model, step);
        foreach ((string name, float[] value) in values)
            run.Set(name, value);
        foreach (DecoderOperator node in operators)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Execute(node);
            foreach (string output in node.Outputs)
                if (node.Role != OperatorRole.Argmax)
                    values[output] = run.Get(output);
        }
    }
}
