using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs attention on a paged cache: successive query positions of a sequence in one launch where a block fits shared memory, else each by the staged kernels.</summary>
internal sealed class AttentionRunner(GpuDevice device, DeviceTables tables, GemmRunner paths)
{
    private const float Log2E = 1.44269504f; // 0x3FB8AA3B

    private readonly ConditionalWeakTable<KeyValueCache, DeviceCache> _caches = [];
    private readonly DevicePages _pages = new(device);

    /// <summary>Runs one query position of the host's and waits for it.</summary>
    public void Run(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        if (output.IsEmpty)
            return;
        DeviceCache stored = CacheOf(cache);
        using var table = new AttentionTables(device, program);
        using DeviceLease<float> rows = device.Memory.Rent(query);
        using DeviceLease<float> result = device.Memory.Rent<float>(output.Length);
        string refused = TryEnqueueFused([program], table, rows.View, stored, result.View);
        if (refused.Length > 0)
            EnqueueStaged(program, table, rows.View, stored, result.View, refused);
        result.Read(output);
    }

    /// <summary>A sequence's keys and values on the device, with all that the host appended.</summary>
    public DeviceCache CacheOf(KeyValueCache cache)
    {
        DeviceCache stored = _caches.GetValue(cache, one => new DeviceCache(device, _pages, one));
        stored.Update(cache);
        return stored;
    }

    /// <summary>Launches attention of successive query positions, and what joins the parts of a split; does not wait.</summary>
    /// <param name="programs">The program of each row; equal but for the keys that they see.</param>
    /// <param name="table">Their table.</param>
    /// <param name="query">(rows, heads x head_dim).</param>
    /// <param name="stored">Keys and values.</param>
    /// <param name="output">Receives as many.</param>
    /// <returns>Empty, or why nothing was launched.</returns>
    public string TryEnqueueFused(IReadOnlyList<AttentionProgram> programs, AttentionTables table, ArrayView<float> query, DeviceCache stored, ArrayView<float> output)
    {
        int dimension = stored.Shape.Dimension;
        int threads = Launcher.GroupOf(device);
        AttentionShape shape = ShapeOf(programs[0], table, stored, query.IntLength / dimension / programs.Count);
        shape.Rows = programs.Count;
        long units = (long)shape.Rows * shape.Heads * shape.Parts;
        long partial = shape.Parts == 1 ? 1 : units * (dimension + 2);
        KernelDemand demand = Feasibility.FusedAttention(threads, dimension, shape.Lanes, shape.LongestBlock, partial);
        string problem = !paths.Paths.HasFlag(KernelPaths.FusedAttention) ? "fused attention is not wanted" : Feasibility.ProblemOfSize(units, dimension) is { Length: > 0 } size ? size : demand.ProblemOn(device.Limits);
        if (problem.Length > 0)
            return problem;
        device.Uses.Add("fused attention");
        var launcher = new Launcher(device);
        int groups = (int)Math.Min(units, device.Kind == GpuDeviceKind.Cpu ? device.Limits.Multiprocessors : device.Limits.Multiprocessors * 16L);
        using DeviceLease<float> parts = device.Memory.Rent<float>(partial);
        using DeviceLease<double> slots = device.Memory.Rent<double>(Math.Max(1, (long)table.Plan.Slots * groups * threads));
        var config = new KernelConfig(groups, threads, SharedMemoryConfig.RequestDynamic<float>(demand.SharedMemoryBytes / sizeof(float)));
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<double>, ArrayView<ulong>, AttentionShape>>(
            typeof(FusedAttentionKernels), nameof(FusedAttentionKernels.Attend))(
            launcher.Stream, config, table.View, query, stored.Keys, stored.Values, stored.Pages, parts.View, output, slots.View, tables.Roots.View, shape);
        if (shape.Parts > 1)
            Join(launcher, table, parts.View.SubView(0, units * dimension), parts.View.SubView(units * dimension, units), parts.View.SubView(units * (dimension + 1), units), output, shape);
        return "";
    }

    /// <summary>Launches the staged kernels of one query position, which need no shared memory; does not wait. <paramref name="refused"/> says why they run.</summary>
    public void EnqueueStaged(AttentionProgram program, AttentionTables table, ArrayView<float> query, DeviceCache stored, ArrayView<float> output, string refused)
    {
        device.Uses.Add("staged attention", refused);
        AttentionShape shape = ShapeOf(program, table, stored, query.IntLength / stored.Shape.Dimension);
        var launcher = new Launcher(device);
        using DeviceLease<float> scaled = device.Memory.Rent<float>(query.Length);
        using DeviceLease<float> scores = device.Memory.Rent<float>((long)shape.Heads * shape.Keys);
        using DeviceLease<float> exponentials = device.Memory.Rent<float>((long)shape.Heads * shape.Keys);
        using DeviceLease<float> maxima = device.Memory.Rent<float>((long)shape.Heads * shape.Blocks);
        using DeviceLease<float> decays = device.Memory.Rent<float>((long)shape.Heads * shape.Blocks);
        using DeviceLease<float> lanes = device.Memory.Rent<float>((long)shape.Heads * shape.Parts * shape.Lanes);
        using DeviceLease<float> sums = device.Memory.Rent<float>((long)shape.Heads * shape.Parts);
        using DeviceLease<float> partMaxima = device.Memory.Rent<float>((long)shape.Heads * shape.Parts);
        using DeviceLease<float> outputs = device.Memory.Rent<float>((long)shape.Heads * shape.Parts * shape.Cache.Dimension);
        KernelConfig perKey = launcher.For((long)shape.Heads * shape.Keys);
        KernelConfig perPart = launcher.For((long)shape.Heads * shape.Parts);
        KernelConfig perOutput = launcher.For(outputs.Length);
        using DeviceLease<double> slots = device.Memory.Rent<double>(Math.Max(1, table.Plan.Slots * new[] { perKey, perPart, perOutput }.Max(static config => (long)config.GridDim.X * config.GroupDim.X)));

        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, AttentionShape>>(typeof(AttentionKernels), nameof(AttentionKernels.Query))(
            launcher.Stream, launcher.For(query.Length), query, scaled.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Scores))(
            launcher.Stream, perKey, table.View, scaled.View, stored.Keys, stored.Pages, scores.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Maxima))(
            launcher.Stream, perPart, table.Blocks, table.Parts, scores.View, maxima.View, decays.View, partMaxima.View, tables.Roots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Exponentials))(
            launcher.Stream, perKey, table.BlockOfKey, scores.View, maxima.View, exponentials.View, tables.Roots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Sums))(
            launcher.Stream, perPart, table.View, table.Blocks, table.Parts, exponentials.View, decays.View, lanes.View, sums.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Probabilities))(launcher.Stream, perKey, exponentials.View, sums.View, scores.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionOutputKernels), nameof(AttentionOutputKernels.Values))(
            launcher.Stream, perOutput, table.View, table.Blocks, table.Parts, scores.View, stored.Values, stored.Pages, decays.View, outputs.View, slots.View, shape);
        Join(launcher, table, outputs.View, sums.View, partMaxima.View, output, shape);
    }

    private void Join(Launcher launcher, AttentionTables table, ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, ArrayView<float> output, AttentionShape shape) =>
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionOutputKernels), nameof(AttentionOutputKernels.Join))(
            launcher.Stream, launcher.For(output.Length), table.Rows, outputs, sums, maxima, output, tables.Roots.View, shape);

    private static AttentionShape ShapeOf(AttentionProgram program, AttentionTables table, DeviceCache stored, int heads)
    {
        PagedShape cache = stored.Shape;
        float scale = 1 / MathF.Sqrt(cache.Dimension);
        AttentionBlock first = program.Parts[0][0];
        return new AttentionShape
        {
            Cache = cache, Heads = heads, Group = heads / cache.Heads, Rows = 1, Keys = program.KeyCount, Blocks = table.Plan.BlockCount, Parts = table.Plan.MostParts,
            LongestBlock = table.Plan.LongestBlock, RowsAt = table.RowsAt, PartsAt = table.PartsAt, BlocksAt = table.BlocksAt, Lanes = table.Plan.Lanes, LaneVector = program.SumLanes.Vector, LaneCount = program.SumLanes.Lanes,
            Scale = scale, BaseScale = program.BaseTwo ? (program.ScaleQuery ? Log2E : scale * Log2E) : 0,
            ScaleQuery = program.ScaleQuery ? 1 : 0, BaseTwo = program.BaseTwo ? 1 : 0, Math = (int)program.Math, Probabilities = (int)program.Probabilities,
            Normalizes = program.NormalizesProbabilities ? 1 : 0, Reciprocal = program.Divide == Division.Reciprocal ? 1 : 0, FusedRescale = program.FusedRescale ? 1 : 0,
            LogSumExp = program.PartMerge == AttentionMerge.LogSumExp ? 1 : 0, Output = (int)program.Output,
            ScoresInstructions = table.Plan.ScoresInstructions, ScoresFormatA = (int)program.Scores.OperandA, ScoresFormatB = (int)program.Scores.OperandB, ScoresOutput = Single(program.Scores.Output),
            ValuesFormatA = (int)first.Values.OperandA, ValuesFormatB = (int)first.Values.OperandB, ValuesOutput = Single(first.Values.Output),
            KeysRounded = stored.RoundedTo(program.Scores.OperandB), ValuesRounded = stored.RoundedTo(first.Values.OperandB),
        };
    }

    private static int Single(NumericFormat format) => (int)(format is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : format);
}
