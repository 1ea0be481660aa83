using PlanForensics.Numerics;

namespace PlanForensics.Engines.Ggml;

/// <summary>What decides how ggml's <c>flash_attn_ext</c> runs.</summary>
/// <param name="Rows">Query rows of a head, N, at least 1.</param>
/// <param name="Keys">Keys of a head, KV, at least 1.</param>
/// <param name="HeadDimension">Values of a query or a key, at least 1.</param>
public sealed record FlashAttentionKey(int Rows, int Keys, int HeadDimension)
{
    /// <summary>Query rows of a head.</summary>
    public int Rows { get; init; } = Positive(Rows, nameof(Rows));

    /// <summary>Keys of a head.</summary>
    public int Keys { get; init; } = Positive(Keys, nameof(Keys));

    /// <summary>Values of a query or a key.</summary>
    public int HeadDimension { get; init; } = Positive(HeadDimension, nameof(HeadDimension));

    /// <summary>Values of a row of values; default that of the keys.</summary>
    public int ValueDimension { get; init => field = Positive(value, nameof(ValueDimension)); } = Positive(HeadDimension, nameof(HeadDimension));

    /// <summary>Format of keys and values: fp32 (default) or fp16.</summary>
    public NumericFormat Cache { get; init; } = NumericFormat.Fp32;

    /// <summary>Threads; default 1.</summary>
    public int Threads { get; init => field = Positive(value, nameof(Threads)); } = 1;

    /// <summary>Query sequences (streams) of the call; default 1.</summary>
    public int Streams { get; init => field = Positive(value, nameof(Streams)); } = 1;

    private static int Positive(int value, string name) => value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "sizes and threads are at least 1");
}
