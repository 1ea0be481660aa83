using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>Runs plans on the CPU by any <see cref="IOperatorKernels"/>. May be shared by threads.</summary>
public sealed class CpuReplayEngine : IReplayEngine
{
    private readonly IOperatorKernels _kernels;
    private readonly Func<StepContext, IStepOperators>? _resident;

    /// <summary>Creates an engine.</summary>
    /// <param name="kernels">The kernels to run.</param>
    /// <param name="memo">Operator results to share between candidates, or null to compute everything.</param>
    public CpuReplayEngine(IOperatorKernels kernels, OperatorMemo? memo = null)
        : this(kernels, memo, resident: null)
    {
    }

    /// <summary>An engine whose values stay elsewhere than in the host's arrays, except under a memo, which compares them.</summary>
    internal CpuReplayEngine(IOperatorKernels kernels, OperatorMemo? memo, Func<StepContext, IStepOperators>? resident)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        (_kernels, Memo, _resident) = (kernels, memo, resident);
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
        using DecoderRun run = Start(model, step);
        run.ExecuteAll(cancellation);
        ReplayStepResult result = run.Result();
        foreach (SequenceTokens entry in step.Batch)
            entry.Sequence.Advance(entry.Tokens.Length);
        return result;
    }

    /// <inheritdoc/>
    public void RunOperators(
        ReplayModel model, IEnumerable<DecoderOperator> operators, IDictionary<string, float[]> values, ReplayStep step, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operators);
        ArgumentNullException.ThrowIfNull(values);
        using DecoderRun run = Start(model, step);
        foreach ((string name, float[] value) in values)
            run.Set(name, value);
        foreach (DecoderOperator node in operators)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Execute(node);
            foreach (string output in node.Outputs)
                if (node.Role != OperatorRole.Argmax)
                    values[output] = Memo is null ? run.Get(output).ToHost() : [.. run.Get(output).ToHost()]; // what a memo keeps is not given away
        }
    }

    private DecoderRun Start(ReplayModel model, ReplayStep step)
    {
        var context = new StepContext(model, step);
        OperatorMemo? memo = step.BypassMemo ? null : Memo;
        return new DecoderRun(context, memo is not null ? new SharedStep(_kernels, memo, context) : _resident is not null ? _resident(context) : new HostStep(_kernels, context));
    }
}
