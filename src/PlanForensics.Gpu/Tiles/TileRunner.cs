using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Weights;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Tiles;

/// <summary>Launches tiled products: one kernel, slices that take turns at the output, or a workspace and an ordered second kernel.</summary>
internal sealed class TileRunner(GpuDevice device)
{
    /// <summary>Runs a whole product.</summary>
    /// <param name="program">The program of every element.</param>
    /// <param name="form">Its slices.</param>
    /// <param name="merge">The merge's table.</param>
    /// <param name="a">(M, K), in the operand's format.</param>
    /// <param name="weights">(N, K), as the operand's format has them.</param>
    /// <param name="bias">N values, or empty.</param>
    /// <param name="c">(M, N).</param>
    /// <param name="shape">M, N, K.</param>
    /// <param name="refused">Why no more specialised kernel runs it.</param>
    public void Run(
        ReductionProgram program, SliceProgram form, ProgramTable merge, ArrayView<float> a, DeviceMatrix weights, ArrayView<float> bias, ArrayView<float> c, TileShape shape, string refused)
    {
        FusedEpilogue? epilogue = form.IsPlain ? FusedEpilogue.Of(program) : null;
        bool direct = epilogue is not null;
        if (epilogue is not null)
            (shape.HasBias, shape.BiasFormat, shape.Output) = (epilogue.HasBias, epilogue.BiasFormat, epilogue.Output);
        shape.Slices = direct ? 1 : Math.Max(2, form.Slices.Count); // above one: sums stay as they are
        ArrayView<int> slices = device.Constants.Integers(form, static one => one.Table);
        device.Uses.Add(direct ? "tiles" : "workspace and second kernel", refused);
        if (direct)
        {
            Launch(form.Step, 1, a, weights, bias, slices, c, shape);
            return;
        }

        long elements = (long)shape.M * shape.N;
        using DeviceLease<float> workspace = device.Memory.Rent<float>(elements * form.Slices.Count);
        Launch(form.Step, form.Slices.Count, a, weights, bias, slices, workspace.View, shape);
        var launcher = new Launcher(device);
        KernelConfig config = launcher.For(elements);
        using DeviceLease<double> slots = launcher.Slots(config, merge.Slots);
        ArrayView<int> code = device.Constants.Integers(merge, static one => one.Code);
        var region = new GemmRegion
        {
            RowCount = shape.M, ColumnCount = shape.N, Depth = form.Slices.Count, Outputs = shape.N, Instructions = merge.Count,
            Output = Single(program.Output), HasBias = bias.Length > 0 ? 1 : 0,
        };
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, GemmRegion>>(
            typeof(ProgramKernels), nameof(ProgramKernels.Merge))(launcher.Stream, config, code, workspace.View, bias, c, slots.View, region);
    }

    /// <summary>Whether one thread runs a tile's 256 in turn: on a CPU device without warps of its own.</summary>
    public static bool IsPhased(GpuDevice device) => device.Kind == GpuDeviceKind.Cpu && device.Limits.ThreadsPerGroup < TileShape.Threads;

    public static MethodInfo KernelOf(StepKind step, bool phased, Type weights)
    {
        MethodInfo generic = Launcher.Find(typeof(TileKernels), phased ? nameof(TileKernels.GemmPhased) : nameof(TileKernels.Gemm));
        return generic.MakeGenericMethod(step == StepKind.Fma ? typeof(FmaStep) : typeof(MulAddStep), weights);
    }

    /// <summary>A shape with its tiles and alignment.</summary>
    public static TileShape Fill(TileShape shape)
    {
        shape.TilesM = (shape.M + TileShape.Rows - 1) / TileShape.Rows;
        shape.TilesN = (shape.N + TileShape.Columns - 1) / TileShape.Columns;
        shape.Aligned = shape.K % 4 == 0 ? 1 : 0;
        return shape;
    }

    private static int Single(NumericFormat format) => (int)(format is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : format);

    /// <summary>The tiles of some slices; does not wait.</summary>
    public void Launch(
        StepKind step, int slices, ArrayView<float> a, DeviceMatrix weights, ArrayView<float> bias, ArrayView<int> table, ArrayView<float> c, TileShape shape)
    {
        shape = Fill(shape);
        int tiles = shape.TilesM * shape.TilesN;
        bool phased = IsPhased(device);
        MethodInfo kernel = KernelOf(step, phased, weights.Policy);
        if (!phased)
        {
            device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<int>, ArrayView<float>, TileShape>>(kernel)(
                device.Accelerator.DefaultStream, new KernelConfig(new Index3D(tiles, slices, 1), new Index3D(TileShape.Threads, 1, 1)), a, weights.Words, bias, table, c, shape);
            return;
        }

        int groups = (int)Math.Min((long)tiles * slices, device.Limits.Multiprocessors);
        using DeviceLease<Sums64> sums = device.Memory.Rent<Sums64>((long)groups * TileShape.Threads);
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<Sums64>, TileShape, int>>(kernel)(
            device.Accelerator.DefaultStream, new KernelConfig(groups, 1), a, weights.Words, bias, table, c, sums.View, shape, slices);
    }
}
