using PlanForensics.Contracts;
using PlanForensics.Gpu.Devices;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Gpu;

/// <summary>Re-executes a decoder on a device under any plan, with the bits of <see cref="CpuReplayEngine"/>; what has no kernel is refused before anything runs.</summary>
/// <remarks>
/// Matrix products, norms, rotations, attention, activations and additions run on the device, and their values stay there: the host looks token rows up, and gets the logits (with
/// <see cref="ReplayStep.TokensOnly"/> the greedy tokens alone) and whatever an observer asks to see. With a memo, which compares every operator's rows, values come to the host after each operator.
/// May be shared by threads, which then wait for each other. Bitwise: identical on every machine and device.
/// </remarks>
public sealed class GpuReplayEngine : IReplayEngine
{
    private readonly CpuReplayEngine _engine;

    /// <summary>Creates an engine.</summary>
    /// <param name="device">An open device; must outlive the engine.</param>
    /// <param name="memo">Operator results to share between candidates, or null to compute everything.</param>
    public GpuReplayEngine(GpuDevice device, OperatorMemo? memo = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        Kernels = new GpuOperatorKernels(device);
        _engine = new CpuReplayEngine(Kernels, memo, Kernels.Start);
        Platform = new ReplayPlatform(
            device.Description,
            new ValueMap([new("ilgpu", GpuDevice.IlgpuVersion), new(device.Kind == GpuDeviceKind.Cpu ? "dotnet" : "driver", device.DriverVersion)]));
    }

    /// <inheritdoc/>
    public string Name => "gpu/" + Device.Name;

    /// <summary>The device.</summary>
    public GpuDevice Device { get; }

    /// <summary>The operators on the device.</summary>
    public GpuOperatorKernels Kernels { get; }

    /// <summary>Device, driver version and ILGPU version.</summary>
    public ReplayPlatform Platform { get; }

    /// <inheritdoc/>
    public bool Supports(OperatorPlan plan, OperatorShape shape, out string reason) => _engine.Supports(plan, shape, out reason);

    /// <inheritdoc/>
    public ReplayStepResult Run(ReplayModel model, ReplayStep step, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(step);
        Demand(model, model.Graph.Operators, step);
        return _engine.Run(model, step, cancellation);
    }

    /// <inheritdoc/>
    public void RunOperators(
        ReplayModel model, IEnumerable<DecoderOperator> operators, IDictionary<string, float[]> values, ReplayStep step, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operators);
        ArgumentNullException.ThrowIfNull(step);
        DecoderOperator[] nodes = [.. operators];
        Demand(model, nodes, step);
        _engine.RunOperators(model, nodes, values, step, cancellation);
    }

    /// <summary>What the device does not run is refused before the first operator, so that a refused step leaves the caches as they were.</summary>
    private void Demand(ReplayModel model, IEnumerable<DecoderOperator> operators, ReplayStep step)
    {
        int rows = step.Batch.Sum(static entry => entry.Tokens.Length);
        foreach (DecoderOperator node in operators)
        {
            if (node.Role is OperatorRole.Embedding or OperatorRole.Argmax)
                continue;
            OperatorPlan plan = step.Plan.GetPlan(step.Phase, node.Layer, node.Role);
            int batchRows = step.BatchRows > 0 ? step.BatchRows : node.Role == OperatorRole.LmHead ? step.Batch.Count : rows;
            (int row, int sequence) = (step.FirstRow, step.FirstSequence ?? step.FirstRow);
            foreach (SequenceTokens entry in step.Batch)
            {
                var extent = new StepExtent(entry.Tokens.Length, entry.Sequence.Position, batchRows, row, sequence);
                foreach (OperatorProgram program in StepPrograms.Of(node, model.Configuration, plan, extent))
                    Kernels.Demand(program);
                (row, sequence) = (row + entry.Tokens.Length, sequence + 1);
            }
        }
    }
}
