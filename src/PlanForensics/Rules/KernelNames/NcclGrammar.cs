using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>NCCL: <c>ncclDevKernel_{collective}_{reduction}_{type}_{algorithm}_{protocol}</c>. One kernel may serve several algorithms: the name can lie.</summary>
internal sealed class NcclGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (!name.Function.StartsWith("nccl", StringComparison.Ordinal) || name.WordsOf(last => last == name.Function) is not { } words)
            return null;
        string head = words.FirstOrDefault(word => OperatorOf(word) is not null) ?? "";
        return name.Describe("nccl", OperatorOf(head) ?? (name.EndsInsideName ? null : KernelOperator.Collective)) with
        {
            OperandFormat = words.Select(FormatOf).FirstOrDefault(format => format is not null),
        };
    }

    private static KernelOperator? OperatorOf(string word) => word.Replace("Kernel", "", StringComparison.Ordinal) switch
    {
        "AllReduce" or "ncclAllReduce" => KernelOperator.AllReduce,
        "AllGather" or "ncclAllGather" => KernelOperator.AllGather,
        "ReduceScatter" or "ncclReduceScatter" => KernelOperator.ReduceScatter,
        "Reduce" or "ncclReduce" => KernelOperator.ReduceToOne,
        "Broadcast" or "ncclBroadcast" => KernelOperator.Broadcast,
        "SendRecv" or "ncclSendRecv" => KernelOperator.SendReceive,
        _ => null,
    };

    private static NumericFormat? FormatOf(string word) => word switch
    {
        "half" => NumericFormat.Fp16,
        "float" => NumericFormat.Fp32,
        "bfloat16" => NumericFormat.Bf16,
        "fp8" => null,
        _ => KernelFormats.OfWord(word),
    };
}
