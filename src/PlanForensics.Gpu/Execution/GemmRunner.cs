using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs matrix products.</summary>
internal sealed class GemmRunner(GpuDevice device)
{
    private readonly ConditionalWeakTable<WeightMatrix, DeviceWeights> _weights = [];
    private readonly ConditionalWeakTable<ReductionProgram, ProgramTable> _tables = [];

    public void Run(GemmProgram program, int rows, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        if (c.IsEmpty)
            return;
        var launcher = new Launcher(device);
        using DeviceLease<float> input = device.Memory.Rent(a);
        using DeviceLease<float> shift = device.Memory.Rent(bias);
        using DeviceLease<float> output = device.Memory.Rent<float>(c.Length);
        DeviceWeights stored = _weights.GetValue(weights, matrix => new DeviceWeights(device, matrix));
        foreach (ProgramRegion region in program.Regions)
        {
            int count = Math.Min(rows - region.RowStart, region.RowCount);
            if (count <= 0 || region.ColumnCount == 0)
                continue;
            Run(launcher, region, count, weights, input.View, stored, shift.View, output.View);
        }

        device.Synchronize();
        output.Read(c);
    }

    /// <summary>The table of a program, made once.</summary>
    public ProgramTable TableOf(ReductionProgram program) => _tables.GetValue(program, static one => ProgramTable.Of(one));

    private void Run(
        Launcher launcher, ProgramRegion region, int rows, WeightMatrix weights, ArrayView<float> input, DeviceWeights stored, ArrayView<float> bias, ArrayView<float> output)
    {
        ReductionProgram program = region.Program;
        ProgramTable table = TableOf(program);
        using DeviceLease<float> cast = device.Memory.Rent<float>(input.Length);
        launcher.Cast(input, cast.View, (int)program.OperandA);
        KernelConfig config = launcher.For((long)rows * region.ColumnCount);
        using DeviceLease<double> slots = launcher.Slots(config, table.Slots);
        using DeviceLease<int> code = device.Memory.Rent<int>(table.Code);
        var shape = new GemmRegion
        {
            RowStart = region.RowStart, RowCount = rows, ColumnStart = region.ColumnStart, ColumnCount = region.ColumnCount, Depth = weights.Depth, Outputs = weights.Outputs,
            Instructions = table.Count, FormatA = (int)program.OperandA, FormatB = (int)program.OperandB, Output = (int)OutputOf(program), HasBias = bias.Length > 0 ? 1 : 0,
        };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, GemmRegion>>(
            typeof(ProgramKernels), nameof(ProgramKernels.Gemm))(
            launcher.Stream, config, code.View, cast.View, stored.In((int)program.OperandB).View, bias, output, slots.View, shape);
        device.Synchronize();
    }

    /// <summary>A program that ends in fp64 is rounded to binary32.</summary>
    private static NumericFormat OutputOf(ReductionProgram program) => program.Output is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : program.Output;
}
