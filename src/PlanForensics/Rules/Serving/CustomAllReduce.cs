using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's custom all-reduce: the size of the message decides between one and two stages, or NCCL.</summary>
/// <remarks>
/// Between two ranks always one stage; else, with every pair of GPUs linked by NVLink, one stage below 512 KiB (up to 4 ranks) or 256 KiB (up to 8), two stages from there on. A message that is
/// no multiple of 16 bytes, that is larger than the buffer, or another number of ranks goes to NCCL. Source: vLLM csrc/custom_all_reduce.cuh; issues 50136, 50505, 57042.
/// </remarks>
public static class CustomAllReduce
{
    /// <summary>Message size from which up to 4 ranks take two stages: 512 KiB.</summary>
    public const long TwoStageBytesUpToFourRanks = 512 * 1024;

    /// <summary>Message size from which 5 to 8 ranks take two stages: 256 KiB.</summary>
    public const long TwoStageBytesUpToEightRanks = 256 * 1024;

    /// <summary>The default buffer of a rank: 8 MiB. Larger messages go to NCCL.</summary>
    public const long DefaultBufferBytes = 8 * 1024 * 1024;

    /// <summary>Bytes that a thread moves at a time; the message is cut into partitions of whole packs.</summary>
    public const int PackBytes = 16;

    /// <summary>The kernel for a message.</summary>
    /// <param name="bytes">Size of the message: rows x columns x bytes of the format.</param>
    /// <param name="ranks">Ranks of the group.</param>
    /// <param name="format">fp32, bf16 or fp16.</param>
    /// <param name="bufferBytes">Size of the registered buffer.</param>
    /// <param name="fullyLinked">Whether every pair of GPUs is linked by NVLink; without it only two ranks use this kernel.</param>
    /// <returns>The choice; the plan is null for NCCL, whose cut of the message is not modelled.</returns>
    public static KernelChoice Choose(long bytes, int ranks, NumericFormat format, long bufferBytes = DefaultBufferBytes, bool fullyLinked = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 2);
        if (format is not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16))
            throw new ArgumentException($"the kernel adds fp32, bf16 or fp16; got {NumericFormats.NameOf(format)}", nameof(format));
        if (ranks is not (2 or 4 or 6 or 8))
            return new KernelChoice("nccl", $"{ranks} ranks: the kernel runs on 2, 4, 6 or 8");
        if (bytes % PackBytes != 0)
            return new KernelChoice("nccl", $"{bytes} bytes are no multiple of {PackBytes}");
        if (bytes > bufferBytes)
            return new KernelChoice("nccl", $"{bytes} bytes are more than the buffer of {bufferBytes}");
        if (ranks > 2 && !fullyLinked)
            return new KernelChoice("nccl", $"{ranks} ranks that are not all linked by NVLink");
        long limit = ranks <= 4 ? TwoStageBytesUpToFourRanks : TwoStageBytesUpToEightRanks;
        return ranks == 2 || bytes < limit
            ? new KernelChoice("1stage", ranks == 2 ? "two ranks always take one stage" : $"{bytes} < {limit} bytes", PlanCatalog.AllReduce(AllReduceAlgorithm.OneShot, ranks, format))
            : new KernelChoice("2stage", $"{bytes} >= {limit} bytes", PlanCatalog.AllReduce(AllReduceAlgorithm.TwoShot, ranks, format));
    }
}
