using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Weights;
using PlanForensics.Plans;
using TileShape = PlanForensics.Gpu.Tiles.TileShape;

namespace PlanForensics.Gpu.Turnstiles;

/// <summary>Launches split-K products whose slices take turns at the output.</summary>
internal sealed class TurnstileRunner(GpuDevice device)
{
    private readonly ConditionalWeakTable<SliceProgram, Tuple<TurnProgram?, string>> _programs = [];

    /// <summary>Runs a whole product where slices can take turns on this device; does not wait.</summary>
    /// <param name="program">The program of every element.</param>
    /// <param name="form">Its slices.</param>
    /// <param name="a">(M, K), in the operand's format.</param>
    /// <param name="weights">(N, K), as the operand's format has them.</param>
    /// <param name="bias">N values, or empty.</param>
    /// <param name="c">Receives (M, N).</param>
    /// <param name="shape">M, N, K.</param>
    /// <returns>Empty, or why nothing was launched.</returns>
    public string TryRun(ReductionProgram program, SliceProgram form, ArrayView<float> a, DeviceMatrix weights, ArrayView<float> bias, ArrayView<float> c, TileShape shape)
    {
        (TurnProgram? turns, string reason) = _programs.GetValue(form, static one => Tuple.Create(TurnProgram.Of(one, out string problem), problem));
        if (turns is null)
            return reason;
        if (FusedEpilogue.Of(program, narrowSums: true) is not { } epilogue)
            return "its epilogue is more than a bias and a rounding";
        (shape.HasBias, shape.BiasFormat, shape.Output) = (epilogue.HasBias, epilogue.BiasFormat, epilogue.Output);
        shape = TileRunner.Fill(shape);
        bool phased = TileRunner.IsPhased(device);
        MethodInfo kernel = KernelOf(form.Step, phased, weights.Policy);
        int tiles = shape.TilesM * shape.TilesN;
        long groups = (long)tiles * turns.Turns.Count;
        string problem = Feasibility.ProblemOfTurns(device.Kind, groups, device.Kind == GpuDeviceKind.Cuda ? device.Kernels.GroupsAtOnce(kernel, TileShape.Threads) : 0);
        if (problem.Length > 0)
            return problem;
        var turnShape = new TurnShape { Turns = turns.Turns.Count, Accumulator = (int)turns.Accumulator, StartsAtZero = turns.StartsAtZero ? 1 : 0 };
        ArrayView<int> table = device.Constants.Integers(turns, static one => one.Table);
        using DeviceLease<int> state = device.Memory.Rent<int>(1 + tiles);
        AcceleratorStream stream = device.Accelerator.DefaultStream;
        state.View.MemSetToZero(stream);
        device.Uses.Add("turnstile");
        if (!phased)
        {
            device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<int>, TileShape, TurnShape>>(kernel)(
                stream, new KernelConfig((int)groups, TileShape.Threads), a, weights.Words, bias, table, c, state.View, shape, turnShape);
            return "";
        }

        int workers = (int)Math.Min(groups, device.Limits.Multiprocessors);
        using DeviceLease<Sums64> sums = device.Memory.Rent<Sums64>((long)workers * TileShape.Threads);
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<int>, ArrayView<Sums64>, TileShape, TurnShape>>(kernel)(
            stream, new KernelConfig(workers, 1), a, weights.Words, bias, table, c, state.View, sums.View, shape, turnShape);
        return "";
    }

    private static MethodInfo KernelOf(StepKind step, bool phased, Type weights) =>
        Launcher.Find(typeof(TurnstileKernels), phased ? nameof(TurnstileKernels.GemmPhased) : nameof(TurnstileKernels.Gemm)).MakeGenericMethod(step == StepKind.Fma ? typeof(FmaStep) : typeof(MulAddStep), weights);
}
