using PlanForensics.Numerics;

namespace PlanForensics.Engines;

/// <summary>What decides which order a library's matrix product adds in: shape, threads, layout, formats, alignment.</summary>
/// <param name="M">Rows of A and of the output, at least 1.</param>
/// <param name="N">Columns of the output, at least 1.</param>
/// <param name="K">Terms of each output element, at least 1.</param>
public sealed record GemmKey(int M, int N, int K)
{
    /// <summary>Rows of A and of the output.</summary>
    public int M { get; init; } = Positive(M, nameof(M));

    /// <summary>Columns of the output.</summary>
    public int N { get; init; } = Positive(N, nameof(N));

    /// <summary>Terms of each output element.</summary>
    public int K { get; init; } = Positive(K, nameof(K));

    /// <summary>Threads that the library may use; default 1.</summary>
    public int Threads { get; init => field = Positive(value, nameof(Threads)); } = 1;

    /// <summary>Whether the weights are known when the session starts (packed once); null when unknown.</summary>
    public bool? ConstantWeights { get; init; }

    /// <summary>Whether the weights lie in memory as (N, K), one row an output, as a linear layer's do; null when unknown.</summary>
    public bool? WeightsTransposed { get; init; }

    /// <summary>Whether the activations lie in memory as (K, M), one row a term, rather than (M, K).</summary>
    public bool ActivationsTransposed { get; init; }

    /// <summary>Address of the first weight modulo 16 bytes: 0, 4, 8 or 12; null when unknown.</summary>
    public int? WeightAddressModulo16
    {
        get;
        init => field = value is null or 0 or 4 or 8 or 12 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "an fp32 address modulo 16 is 0, 4, 8 or 12");
    }

    /// <summary>Format of the weights as stored: fp32 (default), bf16 or fp16.</summary>
    public NumericFormat Weights { get; init; } = NumericFormat.Fp32;

    /// <summary>Format of weights in quantised blocks, which then are not in <see cref="Weights"/>; null (default) for plain numbers.</summary>
    public BlockFormat? Blocks { get; init; }

    /// <summary>Format of the output: fp32 (default) or bf16.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    private static int Positive(int value, string name) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "a matrix product's sizes and threads are at least 1");
}
