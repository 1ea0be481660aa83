using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Attribution;

/// <summary>Counts the multiply-adds that are really executed: a deterministic measure of a sweep's cost.</summary>
internal sealed class CountingKernels(IOperatorKernels inner) : IOperatorKernels
{
    private long _multiplyAdds;

    public long MultiplyAdds => Interlocked.Read(ref _multiplyAdds);

    public string Name => inner.Name;

    public bool Supports(OperatorProgram program, out string reason) => inner.Supports(program, out reason);

    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        Interlocked.Add(ref _multiplyAdds, (long)c.Length * weights.Depth);
        inner.Gemm(program, a, weights, bias, c);
    }

    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        Interlocked.Add(ref _multiplyAdds, x.Length);
        inner.RmsNorm(program, epsilon, x, weight, y);
    }

    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        Interlocked.Add(ref _multiplyAdds, x.Length);
        inner.LayerNorm(program, epsilon, x, weight, bias, y);
    }

    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads) =>
        inner.Rope(plan, interleaved, cosine, sine, heads);

    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        Interlocked.Add(ref _multiplyAdds, 2L * query.Length * program.KeyCount);
        inner.Attention(program, query, cache, output);
    }

    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y) => inner.SiluMultiply(plan, gate, up, y);

    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y) => inner.GeluTanh(plan, x, y);

    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y) => inner.Add(plan, stream, x, y);
}
