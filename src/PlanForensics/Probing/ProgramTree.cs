using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>The tree in which a chain adds.</summary>
internal static class ProgramTree
{
    public static SummationTree Of(int depth, ReductionChain root)
    {
        var nodes = new TreeNodes(depth);
        return nodes.ToTree(Chain(nodes, root));
    }

    private static int Chain(TreeNodes nodes, ReductionChain chain)
    {
        int sum = -1;
        foreach (ReductionItem item in chain.Items)
            sum = item is ReductionChain inner ? Join(nodes, sum, Chain(nodes, inner)) : Segment(nodes, sum, (ReductionSegment)item);
        return sum;
    }

    private static int Segment(TreeNodes nodes, int sum, ReductionSegment segment)
    {
        int block = segment.Step.TermsPerStep;
        for (int first = 0; first < segment.Count; first += block)
        {
            int count = Math.Min(block, segment.Count - first);
            if (segment.Step.Kind == StepKind.Dot)
            {
                int[] terms = [.. Enumerable.Range(first, count).Select(term => segment.Start + (term * segment.Stride))];
                sum = sum < 0 && count == 1 ? terms[0] : nodes.Join(sum < 0 ? terms : [sum, .. terms]);
                continue;
            }

            for (int term = first + count - 1; term >= first; term--) // a pair's second product goes first
                sum = Join(nodes, sum, segment.Start + (term * segment.Stride));
        }

        return sum;
    }

    private static int Join(TreeNodes nodes, int sum, int value) => sum < 0 ? value : nodes.Join(sum, value);
}
