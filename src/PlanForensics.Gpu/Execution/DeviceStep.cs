using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Gpu.Execution;

/// <summary>A step whose values stay on a device: operators are launched one after the other and nothing waits until a value is asked for.</summary>
/// <remarks>The device runs what is launched in order, so memory may be used again as soon as its last reader is launched.</remarks>
internal sealed class DeviceStep(GpuOperatorKernels kernels, OperatorRunners runners, StepContext context) : IStepOperators
{
    private readonly GpuDevice _device = runners.Device;
    private readonly ModelConfiguration _configuration = context.Configuration;
    private readonly DeviceModel _model = DeviceModel.Of(runners.Device, context.Model);
    private readonly Dictionary<(AttentionProgram Last, int Rows), AttentionTables> _attention = [];
    private DeviceLease<int>? _positions;

    private int Rows => context.Rows.Count;

    /// <inheritdoc/>
    public StepValue Give(float[] values, NumericFormat format)
    {
        lock (_device.Gate)
            return new DeviceValue(_device, _device.Memory.Rent<float>(values), format, format);
    }

    /// <inheritdoc/>
    public StepValue TakeRows(StepValue x, ReadOnlySpan<int> rows, int width)
    {
        if (x.Length == rows.Length * width)
            return x;
        ArrayView<float> source = Expect(x, (long)Rows * width);
        lock (_device.Gate)
        {
            DeviceValue taken = New((long)rows.Length * width, x.Format);
            for (int index = 0; index < rows.Length; index++)
                taken.View.SubView((long)index * width, width).CopyFrom(_device.Accelerator.DefaultStream, source.SubView((long)rows[index] * width, width));
            return taken;
        }
    }

    /// <inheritdoc/>
    public StepValue Norm(DecoderOperator node, NormProgram program, NumericFormat output, StepValue x)
    {
        kernels.Demand(program);
        ArrayView<float> input = Expect(x, (long)Rows * _configuration.HiddenSize);
        bool isLayer = _configuration.Norm != NormKind.Rms;
        lock (_device.Gate)
        {
            DeviceValue y = New(x.Length, output);
            runners.Norm.Enqueue(
                program, isLayer, (float)_configuration.NormEpsilon, input, _model.Vector(node.Role, node.Layer), _model.Vector(node.Role, node.Layer, isBias: isLayer), y.View);
            return y;
        }
    }

    /// <inheritdoc/>
    public StepValue Gemm(DecoderOperator node, GemmProgram program, int rows, StepValue a)
    {
        kernels.Demand(program);
        WeightMatrix weights = context.Model.Matrix(node.Role, node.Layer);
        ArrayView<float> input = Expect(a, (long)rows * weights.Depth);
        NumericFormat format = program.Regions.Length == 0 ? NumericFormat.Fp32 : program.Regions[0].Program.Output;
        bool alike = program.Regions.All(region => region.Program.Output == format);
        lock (_device.Gate)
        {
            var c = new DeviceValue(_device, _device.Memory.Rent<float>((long)rows * weights.Outputs), format, alike ? format : NumericFormat.Fp32);
            bool adds = program.Regions.Length > 0 && program.Regions[^1].Program.Epilogue.Any(static step => step.Kind == EpilogueKind.Bias);
            runners.Gemm.Enqueue(program, rows, input, ((DeviceValue)a).Exact, runners.Gemm.OperandOf(weights), adds ? _model.Vector(node.Role, node.Layer, isBias: true) : ArrayView<float>.Empty, c.View);
            return c;
        }
    }

    /// <inheritdoc/>
    public StepValue Rotate(RopePlan plan, RopeTable table, StepValue heads)
    {
        KernelSupport.CheckRope(plan, table.Cosine(0), table.Sine(0), []);
        lock (_device.Gate)
        {
            _positions ??= _device.Memory.Rent<int>([.. context.Rows.Select(static row => row.Position)]);
            DeviceValue rotated = New(heads.Length, plan.Output);
            ArrayView<float> both = _device.Constants.Numbers(table, static one => one.Both());
            long half = both.Length / 2;
            runners.Elementwise.Rope(
                plan, _configuration.RopeStyle == RopeStyle.Interleaved, table.Half, both.SubView(0, half), both.SubView(half, half), _positions.View, ViewOf(heads), rotated.View);
            return rotated;
        }
    }

    /// <inheritdoc/>
    public StepValue Attend(DecoderOperator node, AttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        (ArrayView<float> q, ArrayView<float> k, ArrayView<float> v) = (Expect(query, (long)Rows * width), Expect(keys, (long)Rows * keyWidth), Expect(values, (long)Rows * keyWidth));
        lock (_device.Gate)
        {
            DeviceValue output = New((long)Rows * width, plan.Output);
            int first = 0;
            foreach (SequenceTokens entry in context.Step.Batch)
            {
                int rows = entry.Tokens.Length;
                KeyValueCache cache = entry.Sequence.Layer(node.Layer);
                int seen = cache.Count;
                AttentionProgram[] programs = [.. Enumerable.Range(seen + 1, rows).Select(count => (AttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, count)))];
                foreach (AttentionProgram program in programs)
                    kernels.Demand(program);
                DeviceCache stored = Append(cache, keys, values, k, v, first, rows);
                Attend(programs, q.SubView((long)first * width, (long)rows * width), stored, output.View.SubView((long)first * width, (long)rows * width));
                first += rows;
            }

            return output;
        }
    }

    /// <summary>All rows of a sequence enter the cache first, then its rows go through the products together.</summary>
    public StepValue AttendComposed(DecoderOperator node, ComposedAttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        (ArrayView<float> q, ArrayView<float> k, ArrayView<float> v) = (Expect(query, (long)Rows * width), Expect(keys, (long)Rows * keyWidth), Expect(values, (long)Rows * keyWidth));
        ComposedAttentionProgram[] programs = [.. context.Step.Batch.Select(entry => (ComposedAttentionProgram)LoweringCache.Lower(
            plan, StepPrograms.Attention(_configuration, entry.Sequence.Layer(node.Layer).Count + entry.Tokens.Length, entry.Tokens.Length)))];
        foreach (ComposedAttentionProgram program in programs)
            kernels.Demand(program);
        lock (_device.Gate)
        {
            DeviceValue output = New((long)Rows * width, programs[^1].Output);
            int first = 0;
            foreach ((SequenceTokens entry, ComposedAttentionProgram program) in context.Step.Batch.Zip(programs))
            {
                int rows = entry.Tokens.Length;
                DeviceCache stored = Append(entry.Sequence.Layer(node.Layer), keys, values, k, v, first, rows);
                runners.Composed.Enqueue(program, q.SubView((long)first * width, (long)rows * width), stored, output.View.SubView((long)first * width, (long)rows * width));
                first += rows;
            }

            return output;
        }
    }

    /// <inheritdoc/>
    public StepValue Activate(DecoderOperator node, ActivationPlan plan, StepValue x, StepValue? up)
    {
        ArrayView<float> first = ViewOf(x);
        bool gated = _configuration.Activation == ActivationKind.SiluGate;
        bool byRow = plan.Block.Length > 0 && gated;
        if (!byRow)
            KernelSupport.CheckActivation(plan, [], []);
        ArrayView<float> second = gated ? Expect(up!, x.Length) : ArrayView<float>.Empty;
        lock (_device.Gate)
        {
            DeviceValue y = New(x.Length, plan.Output);
            if (byRow)
                ActivateRows(plan, first, second, y.View);
            else if (gated)
                runners.Elementwise.SiluMultiply(plan, first, second, y.View);
            else
                runners.Elementwise.Gelu(plan, first, y.View);
            return y;
        }
    }

    /// <inheritdoc/>
    public StepValue Add(ResidualPlan plan, StepValue stream, StepValue x)
    {
        ArrayView<float> right = Expect(x, stream.Length);
        lock (_device.Gate)
        {
            DeviceValue y = New(stream.Length, plan.Output);
            runners.Elementwise.Add(plan, ViewOf(stream), right, y.View);
            return y;
        }
    }

    /// <inheritdoc/>
    public int[] Argmax(StepValue logits, int vocabulary, TieRule tie)
    {
        lock (_device.Gate)
        {
            using DeviceLease<int> tokens = _device.Memory.Rent<int>(logits.Length / vocabulary);
            new GpuTensors(_device).Argmax(ViewOf(logits), tokens.View, vocabulary, tie);
            int[] chosen = new int[tokens.Length];
            tokens.Read(chosen);
            return chosen;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_device.Gate)
        {
            _positions?.Dispose();
            foreach (AttentionTables tables in _attention.Values)
                tables.Dispose();
        }
    }

    /// <summary>Where a scalar loop takes the rest of the tensor each row has a program of its own.</summary>
    private void ActivateRows(ActivationPlan plan, ArrayView<float> gate, ArrayView<float> up, ArrayView<float> y)
    {
        int width = y.IntLength / Rows;
        for (int row = 0; row < Rows; row++)
        {
            ActivationRowProgram program = plan.LowerRow(context.Step.FirstRow + row, context.Step.BatchRows > 0 ? context.Step.BatchRows : Rows, width);
            kernels.Demand(program);
            (long start, int columns) = ((long)row * width, program.VectorisedColumns);
            runners.Elementwise.SiluMultiply(program.Vectorised, gate.SubView(start, columns), up.SubView(start, columns), y.SubView(start, columns));
            (start, columns) = (start + columns, width - columns);
            runners.Elementwise.SiluMultiply(program.Remainder, gate.SubView(start, columns), up.SubView(start, columns), y.SubView(start, columns));
        }
    }

    /// <summary>Some of the step's rows into a sequence's cache.</summary>
    private DeviceCache Append(KeyValueCache cache, StepValue keys, StepValue values, ArrayView<float> k, ArrayView<float> v, int first, int rows)
    {
        NumericFormat exact = ((DeviceValue)keys).Exact == ((DeviceValue)values).Exact ? ((DeviceValue)keys).Exact : NumericFormat.Fp32;
        long width = _configuration.KeyValueWidth;
        DeviceCache stored = runners.Attention.CacheOf(cache);
        stored.Append(cache, k.SubView(first * width, rows * width), v.SubView(first * width, rows * width), rows, exact);
        return stored;
    }

    /// <summary>All rows of one sequence.</summary>
    private void Attend(AttentionProgram[] programs, ArrayView<float> query, DeviceCache stored, ArrayView<float> output)
    {
        string refused = runners.Attention.TryEnqueueFused(programs, TablesOf(programs), query, stored, output);
        if (refused.Length == 0)
            return;
        long width = query.Length / programs.Length;
        for (int row = 0; row < programs.Length; row++)
            runners.Attention.EnqueueStaged(programs[row], TablesOf([programs[row]]), query.SubView(row * width, width), stored, output.SubView(row * width, width), refused);
    }

    /// <summary>The table of successive rows; every layer of a step that runs the same plan shares it.</summary>
    private AttentionTables TablesOf(AttentionProgram[] programs)
    {
        (AttentionProgram, int) key = (programs[^1], programs.Length);
        if (!_attention.TryGetValue(key, out AttentionTables? tables))
            _attention[key] = tables = new AttentionTables(_device, programs);
        return tables;
    }

    private DeviceValue New(long length, NumericFormat format) => new(_device, _device.Memory.Rent<float>(length), format, format);

    private static ArrayView<float> ViewOf(StepValue value) => ((DeviceValue)value).View;

    private static ArrayView<float> Expect(StepValue value, long length) => value.Length == length
        ? ViewOf(value)
        : throw new ArgumentException($"expected {length} values; got {value.Length}", nameof(value));
}
