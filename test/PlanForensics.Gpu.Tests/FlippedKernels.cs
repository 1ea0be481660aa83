using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Tests;

/// <summary>Kernels whose products have one wrong bit in the first element: what a conformance suite must see.</summary>
internal sealed class FlippedKernels(IOperatorKernels kernels) : IOperatorKernels
{
    public string Name => "flipped";

    public bool Supports(OperatorProgram program, out string reason) => kernels.Supports(program, out reason);

    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        kernels.Gemm(program, a, weights, bias, c);
        if (c.Length > 0)
            c[0] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(c[0]) ^ 1);
    }

    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y) => kernels.RmsNorm(program, epsilon, x, weight, y);

    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y) =>
        kernels.LayerNorm(program, epsilon, x, weight, bias, y);

    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads) => kernels.Rope(plan, interleaved, cosine, sine, heads);

    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output) => kernels.Attention(program, query, cache, output);

    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y) => kernels.SiluMultiply(plan, gate, up, y);

    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y) => kernels.GeluTanh(plan, x, y);

    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y) => kernels.Add(plan, stream, x, y);
}
