using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs norms.</summary>
internal sealed class NormRunner(GpuDevice device, GemmRunner tables)
{
    /// <summary>RMSNorm, or LayerNorm where <paramref name="bias"/> is not empty or <paramref name="isLayer"/> says so.</summary>
    public void Run(NormProgram program, bool isLayer, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        if (x.IsEmpty)
            return;
        var launcher = new Launcher(device);
        ProgramTable squares = tables.TableOf(program.Squares);
        ProgramTable sum = tables.TableOf(program.Sum);
        var shape = new NormShape
        {
            Rows = x.Length / program.Width, Width = program.Width, Epsilon = epsilon, IsLayer = isLayer ? 1 : 0, Formula = (int)program.Formula,
            Reciprocal = program.Mean == Division.Reciprocal ? 1 : 0, Rsqrt = program.InverseRoot == InverseRoot.Rsqrt ? 1 : 0,
            CastBeforeWeight = program.Cast == NormCast.BeforeWeight ? 1 : 0, Output = (int)program.Output,
            WideSquares = program.Squares.Output == NumericFormat.Fp64 ? 1 : 0, WideSum = program.Sum.Output == NumericFormat.Fp64 ? 1 : 0,
            Squares = squares.Count, Sum = sum.Count,
        };
        KernelConfig config = launcher.For(shape.Rows);
        using DeviceLease<int> code = device.Memory.Rent<int>([.. squares.Code, .. sum.Code]);
        using DeviceLease<float> input = device.Memory.Rent(x);
        using DeviceLease<float> scale = device.Memory.Rent(weight);
        using DeviceLease<float> shift = device.Memory.Rent(bias);
        using DeviceLease<float> distances = device.Memory.Rent<float>(isLayer ? x.Length : 1);
        using DeviceLease<float> statistics = device.Memory.Rent<float>(2L * shape.Rows);
        using DeviceLease<float> output = device.Memory.Rent<float>(x.Length);
        using DeviceLease<double> slots = launcher.Slots(config, Math.Max(squares.Slots, sum.Slots));
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, NormShape>>(
            typeof(NormKernels), nameof(NormKernels.Statistics))(launcher.Stream, config, code.View, input.View, distances.View, statistics.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, NormShape>>(
            typeof(NormKernels), nameof(NormKernels.Apply))(launcher.Stream, launcher.For(x.Length), input.View, statistics.View, scale.View, shift.View, output.View, shape);
        device.Synchronize();
        output.Read(y);
    }
}
