using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace ServingStack.Engine;

/// <summary>
/// This server's kernels: matrix products by OpenBLAS, in whatever order it likes; everything else in an order that a plan states, so that a replay can follow it to the bit.
/// The program that comes with a product is not looked at, but for the format of its output.
/// </summary>
public sealed class OpenBlasKernels(OpenBlas library, IOperatorKernels others, bool rowByRow) : IOperatorKernels
{
    /// <inheritdoc/>
    public string Name => $"openblas+{others.Name}";

    /// <inheritdoc/>
    public bool Supports(OperatorProgram program, out string reason) => others.Supports(program, out reason);

    /// <inheritdoc/>
    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        int rows = a.Length / weights.Depth;
        // The pin: a call sees one row only, whoever else is in the batch.
        int step = rowByRow ? 1 : rows;
        for (int row = 0; row < rows; row += step)
            library.Multiply(step, weights.Outputs, weights.Depth, a.Slice(row * weights.Depth, step * weights.Depth), weights.Values.Span, c.Slice(row * weights.Outputs, step * weights.Outputs));
        for (int index = 0; index < c.Length && !bias.IsEmpty; index++)
            c[index] += bias[index % weights.Outputs];
        Rounding.RoundInPlace(c, program.Regions[0].Program.Output);
    }

    /// <inheritdoc/>
    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y) => others.RmsNorm(program, epsilon, x, weight, y);

    /// <inheritdoc/>
    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y) =>
        others.LayerNorm(program, epsilon, x, weight, bias, y);

    /// <inheritdoc/>
    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads) => others.Rope(plan, interleaved, cosine, sine, heads);

    /// <inheritdoc/>
    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output) => others.Attention(program, query, cache, output);

    /// <inheritdoc/>
    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y) => others.SiluMultiply(plan, gate, up, y);

    /// <inheritdoc/>
    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y) => others.GeluTanh(plan, x, y);

    /// <inheritdoc/>
    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y) => others.Add(plan, stream, x, y);
}
