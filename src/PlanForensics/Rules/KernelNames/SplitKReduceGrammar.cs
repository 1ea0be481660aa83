namespace PlanForensics.Rules.KernelNames;

/// <summary><c>splitKreduce_kernel&lt;[threads, ...,] workspace, output, compute, ...&gt;</c>: the merge after a split-K product.</summary>
internal sealed class SplitKReduceGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (!name.Function.StartsWith("splitKreduce", StringComparison.OrdinalIgnoreCase))
            return null;
        // Older forms begin with the types; newer ones with two numbers and the index type.
        KernelNode[] types = [.. name.Root.Arguments];
        if (types.Length > 0 && types[0].Number is not null)
            types = [.. types.SkipWhile(node => node.Number is not null).Skip(1)];
        return name.Describe("split_k_reduce", KernelOperator.SplitKReduce) with
        {
            SplitK = new KernelSplit(true),
            WorkspaceFormat = KernelFormats.OfType(types.ElementAtOrDefault(0)),
            OutputFormat = KernelFormats.OfType(types.ElementAtOrDefault(1)),
            AccumulatorFormat = KernelFormats.OfType(types.ElementAtOrDefault(2)),
        };
    }
}
