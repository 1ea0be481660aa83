using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Every operator in registers of one width. Elements are computed side by side and each keeps the order of its program.</summary>
internal sealed class SimdKernels<TF, TD, TSimd>(int threads) : IOperatorKernels
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public string Name => TSimd.Name;

    public bool Supports(OperatorProgram program, out string reason) => KernelSupport.Check(program, out reason);

    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c) =>
        Gemm<TF, TD, TSimd>.Run(program, a, weights, bias, c, threads);

    public void QuantizedGemm(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c) => QuantizedKernel.Run(program, a, weights, c);

    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y) =>
        Norms<TF, TD, TSimd>.Rms(program, epsilon, x, weight, y);

    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y) =>
        Norms<TF, TD, TSimd>.Layer(program, epsilon, x, weight, bias, y);

    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads)
    {
        KernelSupport.CheckRope(plan, cosine, sine, heads);
        int half = cosine.Length;
        float[] pairs = interleaved ? new float[2 * half] : [];
        for (int head = 0; head < heads.Length; head += 2 * half)
        {
            Span<float> values = heads.Slice(head, 2 * half);
            if (!interleaved)
            {
                Elementwise.Rotate(plan, cosine, sine, values[..half], values[half..]);
                continue;
            }

            for (int pair = 0; pair < half; pair++)
                (pairs[pair], pairs[half + pair]) = (values[2 * pair], values[(2 * pair) + 1]);
            Elementwise.Rotate(plan, cosine, sine, pairs.AsSpan(0, half), pairs.AsSpan(half));
            for (int pair = 0; pair < half; pair++)
                (values[2 * pair], values[(2 * pair) + 1]) = (pairs[pair], pairs[half + pair]);
        }
    }

    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output) =>
        Attention<TF, TD, TSimd>.Run(program, query, cache, output, threads);

    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, gate, y);
        Elementwise.SiluMultiply(plan, gate, up, y);
    }

    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, x, y);
        Elementwise.GeluTanh(plan, x, y);
    }

    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y) => Elementwise.Add(plan, stream, x, y);
}
