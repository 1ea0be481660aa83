using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Runs attention of one query position on a paged cache.</summary>
internal sealed class AttentionRunner(GpuDevice device, DeviceTables tables)
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
        Enqueue(program, table, rows.View, stored, result.View);
        result.Read(output);
    }

    /// <summary>A sequence's keys and values on the device, with all that the host appended.</summary>
    public DeviceCache CacheOf(KeyValueCache cache)
    {
        DeviceCache stored = _caches.GetValue(cache, one => new DeviceCache(device, _pages, one));
        stored.Update(cache);
        return stored;
    }

    /// <summary>Launches attention of one query position on the device; does not wait.</summary>
    public void Enqueue(AttentionProgram program, AttentionTables table, ArrayView<float> query, DeviceCache stored, ArrayView<float> output)
    {
        AttentionShape shape = ShapeOf(program, table.Plan, stored.Shape, query.IntLength / stored.Shape.Dimension);
        var launcher = new Launcher(device);
        using DeviceLease<float> scaled = device.Memory.Rent<float>(query.Length);
        using DeviceLease<float> scores = device.Memory.Rent<float>((long)shape.Heads * shape.Keys);
        using DeviceLease<float> exponentials = device.Memory.Rent<float>((long)shape.Heads * shape.Keys);
        using DeviceLease<float> maxima = device.Memory.Rent<float>((long)shape.Heads * shape.Blocks);
        using DeviceLease<float> decays = device.Memory.Rent<float>((long)shape.Heads * shape.Blocks);
        using DeviceLease<float> lanes = device.Memory.Rent<float>((long)shape.Heads * shape.Parts * shape.Lanes);
        using DeviceLease<float> sums = device.Memory.Rent<float>((long)shape.Heads * shape.Parts);
        using DeviceLease<float> outputs = device.Memory.Rent<float>((long)shape.Heads * shape.Parts * shape.Cache.Dimension);
        KernelConfig perKey = launcher.For((long)shape.Heads * shape.Keys);
        KernelConfig perPart = launcher.For((long)shape.Heads * shape.Parts);
        KernelConfig perOutput = launcher.For(outputs.Length);
        using DeviceLease<double> slots = device.Memory.Rent<double>(Math.Max(1, table.Plan.Slots * new[] { perKey, perPart, perOutput }.Max(static config => (long)config.GridDim.X * config.GroupDim.X)));

        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, AttentionShape>>(typeof(AttentionKernels), nameof(AttentionKernels.Query))(
            launcher.Stream, launcher.For(query.Length), query, scaled.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Scores))(
            launcher.Stream, perKey, table.Code, scaled.View, stored.Keys, stored.Pages, scores.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Maxima))(
            launcher.Stream, perPart, table.Blocks, table.Parts, scores.View, maxima.View, decays.View, tables.Roots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Exponentials))(
            launcher.Stream, perKey, table.BlockOfKey, scores.View, maxima.View, exponentials.View, tables.Roots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Sums))(
            launcher.Stream, perPart, table.Code, table.Blocks, table.Parts, exponentials.View, decays.View, lanes.View, sums.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, AttentionShape>>(
            typeof(AttentionKernels), nameof(AttentionKernels.Probabilities))(launcher.Stream, perKey, exponentials.View, sums.View, scores.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<double>, AttentionShape>>(
            typeof(AttentionOutputKernels), nameof(AttentionOutputKernels.Values))(
            launcher.Stream, perOutput, table.Code, table.Blocks, table.Parts, scores.View, stored.Values, stored.Pages, decays.View, outputs.View, slots.View, shape);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, AttentionShape>>(
            typeof(AttentionOutputKernels), nameof(AttentionOutputKernels.Join))(
            launcher.Stream, launcher.For(output.Length), table.Parts, outputs.View, sums.View, maxima.View, output, tables.Roots.View, shape);
    }

    private static AttentionShape ShapeOf(AttentionProgram program, AttentionPlanTable table, PagedShape cache, int heads)
    {
        float scale = 1 / MathF.Sqrt(cache.Dimension);
        AttentionBlock first = program.Parts[0][0];
        return new AttentionShape
        {
            Cache = cache, Heads = heads, Group = heads / cache.Heads, Keys = program.KeyCount, Blocks = table.BlockCount, Parts = program.Parts.Length,
            Lanes = table.Lanes, LaneVector = program.SumLanes.Vector, LaneCount = program.SumLanes.Lanes,
            Scale = scale, BaseScale = program.BaseTwo ? (program.ScaleQuery ? Log2E : scale * Log2E) : 0,
            ScaleQuery = program.ScaleQuery ? 1 : 0, BaseTwo = program.BaseTwo ? 1 : 0, Math = (int)program.Math, Probabilities = (int)program.Probabilities,
            Normalizes = program.NormalizesProbabilities ? 1 : 0, Reciprocal = program.Divide == Division.Reciprocal ? 1 : 0, FusedRescale = program.FusedRescale ? 1 : 0,
            LogSumExp = program.PartMerge == AttentionMerge.LogSumExp ? 1 : 0, Output = (int)program.Output,
            ScoresInstructions = table.ScoresInstructions, ScoresFormatA = (int)program.Scores.OperandA, ScoresFormatB = (int)program.Scores.OperandB, ScoresOutput = Single(program.Scores.Output),
            ValuesFormatA = (int)first.Values.OperandA, ValuesFormatB = (int)first.Values.OperandB, ValuesOutput = Single(first.Values.Output),
        };
    }

    private static int Single(NumericFormat format) => (int)(format is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : format);
}
