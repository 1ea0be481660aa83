using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>
/// Runs lowered operators on the CPU. Every implementation gives the same bits for every program it supports; the reference interpreter is the definition.
/// </summary>
/// <remarks>
/// All arrays are row-major binary32 values that are representable in the operator's formats. Implementations are immutable and may be called from several threads.
/// A computed NaN is stored as the output format's canonical quiet NaN. Bitwise: identical on every machine.
/// </remarks>
public interface IOperatorKernels
{
    /// <summary>Canonical name: <c>reference</c>, <c>vector512</c>, <c>vector256</c> or <c>vector128</c>.</summary>
    string Name { get; }

    /// <summary>Whether this program can be run.</summary>
    /// <param name="program">The lowered operator.</param>
    /// <param name="reason">Why not, when the method returns false; otherwise empty.</param>
    /// <returns>True when the program is run bit for bit.</returns>
    bool Supports(OperatorProgram program, out string reason);

    /// <summary>Matrix product <c>C[r, n] = program(A[r, :], W[n, :])</c>.</summary>
    /// <param name="program">The programs of the output's regions.</param>
    /// <param name="a">Activations, (rows, K); the number of rows is <c>a.Length / K</c>.</param>
    /// <param name="weights">Weights, (N, K).</param>
    /// <param name="bias">N values, or empty when the program has no bias step.</param>
    /// <param name="c">Output, (rows, N).</param>
    /// <exception cref="ArgumentException">Lengths do not fit the program.</exception>
    /// <exception cref="PlanNotSupportedException">The program is not supported.</exception>
    void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c);

    /// <summary>Matrix product of block-quantised weights and activations that are quantised on the way; an implementation without one of its own runs the definition.</summary>
    /// <param name="program">The program of every output element.</param>
    /// <param name="a">Activations, (rows, K).</param>
    /// <param name="weights">Weights, (N, K), in the program's format.</param>
    /// <param name="c">Output, (rows, N).</param>
    /// <exception cref="ArgumentException">Lengths or the format do not fit the program.</exception>
    /// <exception cref="PlanNotSupportedException">The program is not supported.</exception>
    void QuantizedGemm(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c) => QuantizedProduct.Run(program, a, weights, c);

    /// <summary>RMSNorm of each row of <see cref="NormProgram.Width"/> values.</summary>
    /// <param name="program">The lowered norm.</param>
    /// <param name="epsilon">Added to the mean of squares in binary32.</param>
    /// <param name="x">Input, (rows, width).</param>
    /// <param name="weight">One value a column.</param>
    /// <param name="y">Output, (rows, width); may be <paramref name="x"/>.</param>
    void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y);

    /// <summary>LayerNorm of each row of <see cref="NormProgram.Width"/> values.</summary>
    /// <param name="program">The lowered norm.</param>
    /// <param name="epsilon">Added to the variance in binary32.</param>
    /// <param name="x">Input, (rows, width).</param>
    /// <param name="weight">One value a column.</param>
    /// <param name="bias">One value a column.</param>
    /// <param name="y">Output, (rows, width); may be <paramref name="x"/>.</param>
    void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y);

    /// <summary>Rotates the heads of one position.</summary>
    /// <param name="plan">The rotation's arithmetic.</param>
    /// <param name="interleaved">True: pairs (2i, 2i+1). False: pairs (i, i + head_dim/2).</param>
    /// <param name="cosine">head_dim/2 values of this position, already in the table's format.</param>
    /// <param name="sine">head_dim/2 values of this position, already in the table's format.</param>
    /// <param name="heads">Values of all heads, (heads, head_dim), rotated in place.</param>
    void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads);

    /// <summary>Attention of one query position.</summary>
    /// <param name="program">The lowered attention; its key count is the number of cached positions that are seen.</param>
    /// <param name="query">Query heads, (heads, head_dim).</param>
    /// <param name="cache">Keys and values; heads is a multiple of its number of heads (grouped queries).</param>
    /// <param name="output">Output, (heads, head_dim).</param>
    void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output);

    /// <summary>ggml's flash attention of all heads and query rows; an implementation without one of its own runs the definition, with its own product for the scores.</summary>
    /// <param name="program">The lowered flash attention.</param>
    /// <param name="input">Queries, keys, values and mask; as many keys as the program sees.</param>
    /// <param name="output">Output, (rows, heads, value_dim).</param>
    /// <exception cref="ArgumentException">Lengths do not fit the program.</exception>
    /// <exception cref="PlanNotSupportedException">The program is not supported.</exception>
    void FlashAttention(FlashAttentionProgram program, FlashAttentionInput input, Span<float> output) => Reference.FlashAttention.Run(this, program, input, output);

    /// <summary>Attention composed of matrix products, of all query rows of one sequence; an implementation without one of its own runs its matrix product around a scalar softmax.</summary>
    /// <param name="program">The program.</param>
    /// <param name="query">(rows, heads x head_dim) queries.</param>
    /// <param name="cache">Keys and values of the layer, the rows' own appended.</param>
    /// <param name="output">Receives (rows, heads x head_dim).</param>
    /// <exception cref="ArgumentException">The lengths do not fit the program and the cache.</exception>
    /// <exception cref="PlanNotSupportedException">The program is not supported.</exception>
    void ComposedAttention(ComposedAttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output) => Kernels.ComposedAttention.Run(this, program, query, cache, output);

    /// <summary>SwiGLU: <c>silu(gate) * up</c>, as <see cref="ActivationPlan"/> states.</summary>
    /// <param name="plan">The activation's arithmetic.</param>
    /// <param name="gate">Gate projection.</param>
    /// <param name="up">Up projection, as long as <paramref name="gate"/>.</param>
    /// <param name="y">Output, as long; may be one of the inputs.</param>
    void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y);

    /// <summary>GELU, tanh form, as <see cref="ActivationPlan"/> states.</summary>
    /// <param name="plan">The activation's arithmetic.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, as long; may be the input.</param>
    void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Elementwise addition, as <see cref="ResidualPlan"/> states.</summary>
    /// <param name="plan">The addition's arithmetic.</param>
    /// <param name="stream">Residual stream.</param>
    /// <param name="x">Added values, as many.</param>
    /// <param name="y">Output, as many; may be one of the inputs.</param>
    void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>LayerNorm of each row whose mean and variance are taken together; an implementation without one of its own runs the definition.</summary>
    /// <param name="program">The lowered norm.</param>
    /// <param name="epsilon">Added to the variance in binary32.</param>
    /// <param name="x">Input, (rows, width).</param>
    /// <param name="weight">One value a column, or empty.</param>
    /// <param name="bias">One value a column, or empty.</param>
    /// <param name="y">Output, (rows, width); not <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">Lengths do not fit the program.</exception>
    void LayerNorm(LayerNormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y) =>
        LayerNormRows.Run(program, epsilon, x, weight, bias, y);

    /// <summary>A whole call of attention; an implementation without one of its own runs the definition.</summary>
    /// <param name="program">The lowered attention.</param>
    /// <param name="scale">Factor of the scores, 1/sqrt(head dimension) rounded to binary32 as a rule.</param>
    /// <param name="causal">Whether query i sees keys 0..i only.</param>
    /// <param name="queries">Queries, (heads, queries, head dimension).</param>
    /// <param name="keys">Keys, (heads, keys, head dimension).</param>
    /// <param name="values">Values, as the keys.</param>
    /// <param name="mask">Added to the scores: empty, (queries, keys) for all heads, or (heads, queries, keys).</param>
    /// <param name="output">Output, as the queries.</param>
    /// <exception cref="ArgumentException">Lengths do not fit the program.</exception>
    void ScaledDotProduct(
        ScaledDotProductProgram program, float scale, bool causal, ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, ReadOnlySpan<float> mask, Span<float> output) =>
        Reference.ScaledDotProduct.Run(program, scale, causal, queries, keys, values, mask, output);

    /// <summary>One function of every element; an implementation without one of its own runs the definition.</summary>
    /// <param name="plan">The function.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, as long; may be the input.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    void Elementwise(ElementwisePlan plan, ReadOnlySpan<float> x, Span<float> y) => ElementwiseValues.Run(plan, x, y);
}
