using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Rows;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Warps;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs norms.</summary>
internal sealed class NormRunner(GpuDevice device, GemmRunner tables)
{
    private readonly ConditionalWeakTable<NormProgram, StrongBox<RowProgram?>> _rms = [];
    private readonly ConditionalWeakTable<NormProgram, StrongBox<RowProgram?>> _layer = [];

    /// <summary>RMSNorm, or LayerNorm where <paramref name="isLayer"/> says so, of the host's values; waits for it.</summary>
    public void Run(NormProgram program, bool isLayer, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        if (x.IsEmpty)
            return;
        using DeviceLease<float> input = device.Memory.Rent(x);
        using DeviceLease<float> scale = device.Memory.Rent(weight);
        using DeviceLease<float> shift = device.Memory.Rent(bias);
        using DeviceLease<float> output = device.Memory.Rent<float>(x.Length);
        Enqueue(program, isLayer, epsilon, input.View, scale.View, shift.View, output.View);
        output.Read(y);
    }

    /// <summary>Launches a norm of values on the device; does not wait.</summary>
    public void Enqueue(NormProgram program, bool isLayer, float epsilon, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y)
    {
        var launcher = new Launcher(device);
        ProgramTable squares = tables.TableOf(program.Squares);
        ProgramTable sum = tables.TableOf(program.Sum);
        var shape = new NormShape
        {
            Rows = (int)(x.Length / program.Width), Width = program.Width, Epsilon = epsilon, IsLayer = isLayer ? 1 : 0, Formula = (int)program.Formula,
            Reciprocal = program.Mean == Division.Reciprocal ? 1 : 0, Rsqrt = program.InverseRoot == InverseRoot.Rsqrt ? 1 : 0,
            CastBeforeWeight = program.Cast == NormCast.BeforeWeight ? 1 : 0, Output = (int)program.Output,
            WideSquares = program.Squares.Output == NumericFormat.Fp64 ? 1 : 0, WideSum = program.Sum.Output == NumericFormat.Fp64 ? 1 : 0,
            Squares = squares.Count, Sum = sum.Count,
        };
        if (tables.Paths.HasFlag(KernelPaths.Groups) && FormOf(program, isLayer) is { } form && form.Tree.Lanes <= device.Limits.ThreadsPerGroup)
        {
            Launch(form, shape, x, weight, bias, y);
            return;
        }

        KernelConfig config = launcher.For(shape.Rows);
        ArrayView<int> code = device.Constants.Integers(program, _ => [.. squares.Code, .. sum.Code]);
        using DeviceLease<float> distances = device.Memory.Rent<float>(isLayer ? x.Length : 1);
        using DeviceLease<float> statistics = device.Memory.Rent<float>(2L * shape.Rows);
        using DeviceLease<double> slots = launcher.Slots(config, Math.Max(squares.Slots, sum.Slots));
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, NormShape>>(
            typeof(NormKernels), nameof(NormKernels.Statistics))(launcher.Stream, config, code, x, distances.View, statistics.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, NormShape>>(
            typeof(NormKernels), nameof(NormKernels.Apply))(launcher.Stream, launcher.For(x.Length), x, statistics.View, weight, bias, y, shape);
    }

    private RowProgram? FormOf(NormProgram program, bool isLayer) => device.Limits.WarpSize != WarpShape.Lanes ? null
        : (isLayer ? _layer : _rms).GetValue(program, one => new StrongBox<RowProgram?>(RowProgram.Of(one, isLayer))).Value;

    /// <summary>A group for each row.</summary>
    public void Launch(RowProgram form, NormShape shape, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y)
    {
        var rows = new RowShape
        {
            Width = shape.Width, Lanes = form.Tree.Lanes, Vector = form.Tree.Vector, Used = Math.Min(form.Tree.Lanes, (shape.Width + form.Tree.Vector - 1) / form.Tree.Vector),
            Merge = (int)form.Tree.Merge, BlockMerge = (int)form.Tree.BlockMerge,
        };
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, NormShape, RowShape>>(
            Launcher.Find(typeof(RowKernels), nameof(RowKernels.Norm)).MakeGenericMethod(form.Step == StepKind.Fma ? typeof(FmaStep) : typeof(MulAddStep)))(
            device.Accelerator.DefaultStream, new KernelConfig(Math.Min(shape.Rows, device.Limits.GridX), form.Tree.Lanes), x, weight, bias, y, shape, rows);
    }
}
