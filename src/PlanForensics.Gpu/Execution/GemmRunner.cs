using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Turnstiles;
using PlanForensics.Gpu.Warps;
using PlanForensics.Gpu.Weights;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs matrix products.</summary>
internal sealed class GemmRunner(GpuDevice device)
{
    private readonly ConditionalWeakTable<WeightMatrix, DeviceWeights> _weights = [];
    private readonly ConditionalWeakTable<ReductionProgram, ProgramTable> _tables = [];
    private readonly ConditionalWeakTable<ReductionProgram, StrongBox<SliceProgram?>> _slices = [];
    private readonly ConditionalWeakTable<ReductionProgram, StrongBox<WarpProgram?>> _lanes = [];
    private readonly TileRunner _tiles = new(device);
    private readonly TurnstileRunner _turnstiles = new(device);
    private readonly WarpRunner _warps = new(device);
    private readonly UnitRunner _units = new(device);

    /// <summary>Which kernels may be used; tests compare them.</summary>
    public KernelPaths Paths { get; set; } = KernelPaths.All;

    /// <summary>Runs a product of the host's values and waits for it.</summary>
    public void Run(GemmProgram program, int rows, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        if (c.IsEmpty)
            return;
        using DeviceLease<float> input = device.Memory.Rent(a);
        using DeviceLease<float> shift = device.Memory.Rent(bias);
        using DeviceLease<float> output = device.Memory.Rent<float>(c.Length);
        Enqueue(program, rows, input.View, NumericFormat.Fp32, OperandOf(weights), shift.View, output.View);
        output.Read(c);
    }

    /// <summary>Launches a product of values on the device; does not wait.</summary>
    /// <param name="program">The programs of the output's regions.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="a">(rows, K).</param>
    /// <param name="exact">A format in which every one of them is exact.</param>
    /// <param name="weights">(N, K).</param>
    /// <param name="bias">N values, or empty.</param>
    /// <param name="c">Receives (rows, N).</param>
    public void Enqueue(GemmProgram program, int rows, ArrayView<float> a, NumericFormat exact, IDeviceOperand weights, ArrayView<float> bias, ArrayView<float> c)
    {
        if (Feasibility.ProblemOfSize(rows, weights.Outputs) is { Length: > 0 } problem)
            throw new PlanNotSupportedException(program.Text, problem);
        var launcher = new Launcher(device);
        foreach (ProgramRegion region in program.Regions)
        {
            int count = Math.Min(rows - region.RowStart, region.RowCount);
            if (count <= 0 || region.ColumnCount == 0)
                continue;
            NumericFormat operand = region.Program.OperandA;
            if (operand == exact || operand == NumericFormat.Fp32)
            {
                Run(launcher, region, count, weights, a, bias, c);
                continue;
            }

            using DeviceLease<float> cast = device.Memory.Rent<float>(a.Length);
            launcher.Cast(a, cast.View, (int)operand);
            Run(launcher, region, count, weights, cast.View, bias, c);
        }
    }

    /// <summary>A model's weights on the device, uploaded when first read.</summary>
    public IDeviceOperand OperandOf(WeightMatrix weights) => _weights.GetValue(weights, matrix => new DeviceWeights(device, matrix));

    /// <summary>Adds the partial results of ranks, (ranks, rows, columns).</summary>
    public void AllReduce(GemmProgram program, int columns, ReadOnlySpan<float> ranks, Span<float> c)
    {
        var launcher = new Launcher(device);
        using DeviceLease<float> partials = device.Memory.Rent(ranks);
        using DeviceLease<float> output = device.Memory.Rent<float>(c.Length);
        foreach (ProgramRegion region in program.Regions)
        {
            ProgramTable table = TableOf(region.Program);
            launcher.Cast(partials.View, partials.View, (int)region.Program.OperandA);
            KernelConfig config = launcher.For((long)region.RowCount * region.ColumnCount);
            using DeviceLease<double> slots = launcher.Slots(config, table.Slots);
            ArrayView<int> code = CodeOf(table);
            var shape = new GemmRegion
            {
                RowStart = region.RowStart, RowCount = region.RowCount, ColumnStart = region.ColumnStart, ColumnCount = region.ColumnCount, Outputs = columns, Instructions = table.Count,
                FormatA = (int)region.Program.OperandA, FormatB = (int)region.Program.OperandB, Output = (int)OutputOf(region.Program),
            };
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<double>, GemmRegion>>(
                typeof(ProgramKernels), nameof(ProgramKernels.AllReduce))(launcher.Stream, config, code, partials.View, output.View, slots.View, shape);
        }

        output.Read(c);
    }

    /// <summary>A table's instructions on the device.</summary>
    public ArrayView<int> CodeOf(ProgramTable table) => device.Constants.Integers(table, static one => one.Code);

    /// <summary>The table of a program, made once.</summary>
    public ProgramTable TableOf(ReductionProgram program) => _tables.GetValue(program, static one => ProgramTable.Of(one));

    private void Run(
        Launcher launcher, ProgramRegion region, int rows, IDeviceOperand weights, ArrayView<float> a, ArrayView<float> bias, ArrayView<float> output)
    {
        ReductionProgram program = region.Program;
        ProgramTable table = TableOf(program);
        DeviceMatrix matrix = weights.In(program.OperandB);
        int bytes = NumericFormats.BytesPerElement(matrix.Storage);
        bool whole = region.RowStart == 0 && region.ColumnStart == 0 && region.ColumnCount == weights.Outputs && output.Length == (long)rows * weights.Outputs;
        string refused = "";
        if (whole && Paths.HasFlag(KernelPaths.MatrixUnits) && _units.Runs(program) && Fits(Feasibility.MatrixUnits(device.Kind == GpuDeviceKind.Cpu, rows, weights.Outputs, weights.Depth, bytes), ref refused))
        {
            device.Uses.Add("matrix units");
            _units.Run(program, a, matrix, bias, output, rows, weights.Outputs);
            return;
        }

        if (whole && Paths.HasFlag(KernelPaths.Warps) && _warps.HasWarps && WarpOf(program) is { } lanes && FusedEpilogue.Of(program) is { } epilogue
            && Fits(Feasibility.Warps(rows, weights.Outputs, weights.Depth, bytes), ref refused))
        {
            device.Uses.Add("warps");
            _warps.Run(lanes, epilogue, a, matrix, bias, output, rows, weights.Outputs, weights.Depth);
            return;
        }

        if (whole && Paths.HasFlag(KernelPaths.Tiles) && SlicesOf(program) is { } form && FitsTiles(1, isDirect: true, rows, weights, bytes, ref refused))
        {
            var tile = new Tiles.TileShape { M = rows, N = weights.Outputs, K = weights.Depth };
            bool isDirect = form.IsPlain && FusedEpilogue.Of(program) is not null;
            if (!isDirect && Paths.HasFlag(KernelPaths.Turnstile) && form.Slices.Count > 1)
            {
                string problem = _turnstiles.TryRun(program, form, a, matrix, bias, output, tile);
                if (problem.Length == 0)
                    return;
                refused = $"no turnstile: {problem}";
            }

            if (isDirect || FitsTiles(form.Slices.Count, isDirect: false, rows, weights, bytes, ref refused))
            {
                _tiles.Run(program, form, TableOf(form.Merge), a, matrix, bias, output, tile, refused);
                return;
            }
        }

        KernelConfig config = launcher.For((long)rows * region.ColumnCount);
        string excess = Feasibility.Interpreter(table, rows, weights.Outputs, weights.Depth, config.GridDim.X * config.GroupDim.X, bytes).ProblemOn(device.Limits);
        if (excess.Length > 0)
            throw new PlanNotSupportedException(program.Text, excess);
        device.Uses.Add("interpreter", refused);
        using DeviceLease<double> slots = launcher.Slots(config, table.Slots);
        var shape = new GemmRegion
        {
            RowStart = region.RowStart, RowCount = rows, ColumnStart = region.ColumnStart, ColumnCount = region.ColumnCount, Depth = weights.Depth, Outputs = weights.Outputs,
            Instructions = table.Count, FormatA = (int)program.OperandA, FormatB = (int)program.OperandB, Output = (int)OutputOf(program), HasBias = bias.Length > 0 ? 1 : 0,
        };
        device.Kernels.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<uint>, ArrayView<float>, ArrayView<float>, ArrayView<double>, GemmRegion>>(
            Launcher.Find(typeof(ProgramKernels), nameof(ProgramKernels.Gemm)).MakeGenericMethod(matrix.Policy))(
            launcher.Stream, config, CodeOf(table), a, matrix.Words, bias, output, slots.View, shape);
    }

    private bool FitsTiles(int slices, bool isDirect, int rows, IDeviceOperand weights, int bytes, ref string refused) =>
        TileRunner.IsPhased(device) || Fits(Feasibility.Tiles(slices, isDirect, rows, weights.Outputs, weights.Depth, bytes), ref refused);

    /// <summary>A specialised kernel that does not fit is left out: the interpreter gives the same bits.</summary>
    private bool Fits(KernelDemand demand, ref string refused)
    {
        string problem = demand.ProblemOn(device.Limits);
        if (problem.Length > 0)
            refused = refused.Length == 0 ? problem : $"{refused}; {problem}";
        return problem.Length == 0;
    }

    private WarpProgram? WarpOf(ReductionProgram program) => _lanes.GetValue(program, static one => new StrongBox<WarpProgram?>(WarpProgram.Of(one))).Value;

    private SliceProgram? SlicesOf(ReductionProgram program) => _slices.GetValue(program, static one => new StrongBox<SliceProgram?>(SliceProgram.Of(one))).Value;

    /// <summary>A program that ends in fp64 is rounded to binary32.</summary>
    private static NumericFormat OutputOf(ReductionProgram program) => program.Output is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : program.Output;
}
