using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's RMSNorm: the number of tokens of the launch decides how many threads share a row, and with it the order of the sum of squares.</summary>
/// <remarks>
/// Fewer than 256 tokens: blocks of 1,024 threads; else 256 (512 for the kernel fused with block quantisation). A row is spread over no more threads than it has values. Thread t adds the squares of the
/// values t, t + threads, ..; a warp's totals are merged by neighbours, warps forward (cub::BlockReduce). Source: vLLM csrc/layernorm_kernels.cu; issues 48271, 48272, 48391, 48997; PR 27931. The plan is that of
/// the kernel without vector loads; the hardware's rsqrt is replaced by the portable one, which the choice does not touch.
/// </remarks>
public static class RmsNormBlockSize
{
    /// <summary>Tokens from which blocks are small.</summary>
    public const int FewTokens = 256;

    /// <summary>The kernel for a launch.</summary>
    /// <param name="tokens">Rows of the launch: the tokens of the whole batch.</param>
    /// <param name="hiddenSize">Values in a row.</param>
    /// <param name="output">Format of activations.</param>
    /// <param name="quantizesBlocks">Whether the kernel also quantises in blocks.</param>
    /// <returns>The choice.</returns>
    public static KernelChoice Choose(int tokens, int hiddenSize, NumericFormat output, bool quantizesBlocks = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        int most = tokens < FewTokens ? 1024 : quantizesBlocks ? 512 : 256;
        int threads = Math.Min(hiddenSize, most);
        return new KernelChoice(
            $"{threads}_threads", $"{tokens} tokens {(tokens < FewTokens ? "<" : ">=")} {FewTokens}: at most {most} threads for {hiddenSize} values", PlanCatalog.BlockRmsNorm(threads, output));
    }
}
