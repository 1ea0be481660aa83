using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs products of block-quantised weights.</summary>
internal sealed class QuantizedRunner(GpuDevice device, GemmRunner tables)
{
    private readonly ConditionalWeakTable<BlockMatrix, DeviceBlocks> _weights = [];

    /// <summary>Runs a product of the host's activations and waits for it.</summary>
    public void Run(QuantizedGemmProgram program, int rows, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c)
    {
        if (c.IsEmpty)
            return;
        if (Feasibility.ProblemOfSize(rows, weights.Rows) is { Length: > 0 } problem)
            throw new PlanNotSupportedException(program.Text, problem);
        if (program.Quantizer == ActivationQuantizer.Reference)
            BlockQuantizer.CheckScales(BlockFormat.Q8Type0, a);
        ProgramTable table = tables.TableOf(program.Groups);
        var shape = new QuantizedShape
        {
            Rows = rows, Outputs = weights.Rows, Depth = program.Depth, Group = program.Group, IsQ4 = program.Weights == BlockFormat.Q4Type0 ? 1 : 0,
            IsReference = program.Quantizer == ActivationQuantizer.Reference ? 1 : 0, ScalesFirst = program.Factors == ScaleFactors.Scales ? 1 : 0, Instructions = table.Count,
        };
        var launcher = new Launcher(device);
        using DeviceLease<float> input = device.Memory.Rent(a);
        using DeviceLease<sbyte> quants = device.Memory.Rent<sbyte>(a.Length);
        using DeviceLease<float> scales = device.Memory.Rent<float>(a.Length / QuantizedShape.Block);
        using DeviceLease<float> output = device.Memory.Rent<float>(c.Length);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<sbyte>, ArrayView<float>, QuantizedShape>>(typeof(QuantizedKernels), nameof(QuantizedKernels.Quantize))(
            launcher.Stream, launcher.For(scales.Length), input.View, quants.View, scales.View, shape);
        KernelConfig config = launcher.For(c.Length);
        using DeviceLease<double> slots = launcher.Slots(config, table.Slots);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<ushort>, ArrayView<sbyte>, ArrayView<float>, ArrayView<float>, ArrayView<double>, QuantizedShape>>(
            typeof(QuantizedKernels), nameof(QuantizedKernels.Product))(
            launcher.Stream, config, tables.CodeOf(table), _weights.GetValue(weights, matrix => new DeviceBlocks(device, matrix)).View, quants.View, scales.View, output.View, slots.View, shape);
        output.Read(c);
    }
}
