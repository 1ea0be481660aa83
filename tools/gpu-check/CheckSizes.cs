namespace PlanForensics.GpuCheck;

/// <summary>Sizes of the timed operators.</summary>
/// <param name="Gemm">M = N = K of the square products.</param>
/// <param name="GemvOutputs">N of the matrix-vector product.</param>
/// <param name="GemvDepth">Its K.</param>
/// <param name="CopyBytes">Bytes of the copy whose bandwidth is the yardstick.</param>
/// <param name="Layers">Layers of the decode step.</param>
/// <param name="Hidden">Its hidden size.</param>
/// <param name="FeedForward">Its inner size.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key/value heads.</param>
/// <param name="Vocabulary">Rows of the head.</param>
/// <param name="Context">Positions in the cache.</param>
/// <param name="Repeats">Launches that are timed together.</param>
internal sealed record CheckSizes(
    int Gemm, int GemvOutputs, int GemvDepth, int CopyBytes, int Layers, int Hidden, int FeedForward, int Heads, int KeyHeads, int Vocabulary, int Context, int Repeats)
{
    /// <summary>4,096 cubed, and a decode step shaped as Llama 3.2 1B; or tiny ones.</summary>
    public static CheckSizes For(bool dryRun) => dryRun
        ? new CheckSizes(128, 64, 256, 1 << 16, 1, 64, 96, 4, 2, 128, 5, 1)
        : new CheckSizes(4096, 16384, 8192, 1 << 30, 16, 2048, 8192, 32, 8, 128256, 512, 20);
}
