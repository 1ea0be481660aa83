using System.Runtime.CompilerServices;
using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Gpu;

/// <summary>Runs lowered operators on a device, with the bits of the reference interpreter. Operators that have no kernel here are refused, not run on the host.</summary>
/// <remarks>May be shared by threads, which then wait for each other. Bitwise: identical on every machine and device.</remarks>
public sealed class GpuOperatorKernels : IOperatorKernels
{
    private readonly GpuDevice _device;
    private readonly OperatorRunners _runners;
    private readonly ConditionalWeakTable<OperatorProgram, string> _problems = [];

    /// <summary>Creates kernels on an open device.</summary>
    /// <param name="device">The device; must outlive the kernels.</param>
    public GpuOperatorKernels(GpuDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
        _runners = new OperatorRunners(device);
    }

    /// <summary>The device's name: <c>ilgpu-cpu</c>, <c>cuda:0</c> or <c>opencl:0</c>.</summary>
    public string Name => _device.Name;

    /// <summary>Which specialised kernels may be used.</summary>
    internal KernelPaths Paths
    {
        get => _runners.Gemm.Paths;
        set => _runners.Gemm.Paths = value;
    }

    /// <inheritdoc/>
    public bool Supports(OperatorProgram program, out string reason)
    {
        ArgumentNullException.ThrowIfNull(program);
        reason = _problems.GetValue(program, one => KernelSupport.Check(one, out string problem) && DeviceSupport.Check(one, _device.Limits, out problem) ? "" : problem);
        return reason.Length == 0;
    }

    /// <inheritdoc/>
    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        Demand(program);
        ArgumentNullException.ThrowIfNull(weights);
        int rows = KernelSupport.CheckGemm(program, a, weights, bias, c);
        lock (_device.Gate)
            _runners.Gemm.Run(program, rows, a, weights, bias, c);
    }

    /// <inheritdoc/>
    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        Demand(program);
        KernelSupport.CheckRows(program, x, weight, y);
        lock (_device.Gate)
            _runners.Norm.Run(program, isLayer: false, epsilon, x, weight, [], y);
    }

    /// <inheritdoc/>
    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        Demand(program);
        KernelSupport.CheckRows(program, x, weight, bias, y);
        lock (_device.Gate)
            _runners.Norm.Run(program, isLayer: true, epsilon, x, weight, bias, y);
    }

    /// <inheritdoc/>
    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads)
    {
        KernelSupport.CheckRope(plan, cosine, sine, heads);
        if (heads.IsEmpty)
            return;
        lock (_device.Gate)
        {
            using DeviceLease<float> c = _device.Memory.Rent(cosine);
            using DeviceLease<float> s = _device.Memory.Rent(sine);
            using DeviceLease<int> position = _device.Memory.Rent<int>([0]);
            using DeviceLease<float> values = _device.Memory.Rent<float>(heads);
            _runners.Elementwise.Rope(plan, interleaved, cosine.Length, c.View, s.View, position.View, values.View, values.View);
            values.Read(heads);
        }
    }

    /// <inheritdoc/>
    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        Demand(program);
        KernelSupport.CheckAttention(program, query, cache, output);
        lock (_device.Gate)
            _runners.Attention.Run(program, query, cache, output);
    }

    /// <inheritdoc/>
    public void ComposedAttention(ComposedAttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        Demand(program);
        KernelSupport.CheckComposed(program, query, cache, output);
        lock (_device.Gate)
        {
            using DeviceLease<float> rows = _device.Memory.Rent(query);
            using DeviceLease<float> result = _device.Memory.Rent<float>(output.Length);
            _runners.Composed.Enqueue(program, rows.View, _runners.Attention.CacheOf(cache), result.View);
            result.Read(output);
        }
    }

    /// <inheritdoc/>
    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, gate, y);
        if (up.Length != y.Length)
            throw new ArgumentException($"expected as many values in both inputs; got {gate.Length} and {up.Length}", nameof(up));
        Elementwise(gate, up, y, (first, second, output) => _runners.Elementwise.SiluMultiply(plan, first, second, output));
    }

    /// <inheritdoc/>
    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, x, y);
        Elementwise(x, [], y, (first, _, output) => _runners.Elementwise.Gelu(plan, first, output));
    }

    /// <inheritdoc/>
    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckAdd(plan, stream, x, y);
        Elementwise(stream, x, y, (first, second, output) => _runners.Elementwise.Add(plan, first, second, output));
    }

    /// <summary>Adds the partial results of tensor-parallel ranks in the order of an all-reduce.</summary>
    /// <param name="program">An all-reduce plan, lowered for the message's rows and columns.</param>
    /// <param name="columns">Columns of the message.</param>
    /// <param name="partials">(ranks, rows, columns).</param>
    /// <param name="sum">Receives (rows, columns).</param>
    /// <exception cref="ArgumentException">Lengths do not fit the program.</exception>
    /// <exception cref="PlanNotSupportedException">The program is not supported.</exception>
    public void AllReduce(GemmProgram program, int columns, ReadOnlySpan<float> partials, Span<float> sum)
    {
        Demand(program);
        long elements = program.Regions.Sum(static region => (long)region.RowCount * region.ColumnCount);
        if (sum.Length != elements || (columns > 0 && elements % columns != 0) || partials.Length != elements * program.Regions.Select(static region => region.Program.Depth).FirstOrDefault())
            throw new ArgumentException($"the program is lowered for a message of {elements} elements; got {partials.Length} partial values, {sum.Length} outputs and {columns} columns", nameof(partials));
        if (sum.IsEmpty)
            return;
        lock (_device.Gate)
            _runners.Gemm.AllReduce(program, columns, partials, sum);
    }

    /// <inheritdoc/>
    public void QuantizedGemm(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c)
    {
        Demand(program);
        int rows = KernelSupport.CheckQuantized(program, a, weights, c);
        lock (_device.Gate)
            _runners.Quantized.Run(program, rows, a, weights, c);
    }

    /// <summary>Always refused: the device has no kernel of ggml's flash attention.</summary>
    /// <inheritdoc/>
    public void FlashAttention(FlashAttentionProgram program, FlashAttentionInput input, Span<float> output) => throw Refused(program);

    /// <summary>Always refused: a CPU library's whole LayerNorm has no kernel on the device.</summary>
    /// <inheritdoc/>
    public void LayerNorm(LayerNormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y) => throw Refused(program);

    /// <summary>Always refused: PyTorch's attention on a CPU has no kernel on the device.</summary>
    /// <inheritdoc/>
    public void ScaledDotProduct(
        ScaledDotProductProgram program, float scale, bool causal, ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, ReadOnlySpan<float> mask, Span<float> output) =>
        throw Refused(program);

    /// <summary>Always refused: CPU libraries' elementwise functions have no kernels on the device.</summary>
    /// <inheritdoc/>
    public void Elementwise(ElementwisePlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        throw new PlanNotSupportedException(plan.Text, DeviceSupport.NoKernel);
    }

    private void Elementwise(ReadOnlySpan<float> x, ReadOnlySpan<float> second, Span<float> y, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> enqueue)
    {
        if (y.IsEmpty)
            return;
        lock (_device.Gate)
        {
            using DeviceLease<float> left = _device.Memory.Rent(x);
            using DeviceLease<float> right = _device.Memory.Rent(second);
            using DeviceLease<float> output = _device.Memory.Rent<float>(y.Length);
            enqueue(left.View, right.View, output.View);
            output.Read(y);
        }
    }

    private static PlanNotSupportedException Refused(OperatorProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new PlanNotSupportedException(program.Text, DeviceSupport.NoKernel);
    }

    /// <summary>Operators of one step whose values stay on the device.</summary>
    internal IStepOperators Start(StepContext context) => new DeviceStep(this, _runners, context);

    internal void Demand(OperatorProgram program)
    {
        if (!Supports(program, out string reason))
            throw new PlanNotSupportedException(program.Text, reason);
    }
}
