namespace PlanForensics.Probing;

/// <summary>
/// The full algorithm of FPRev (arXiv 2411.00442): the first term of a set is measured against all others, which fall into groups by l; each group is a subtree and is searched alike.
/// A group whose own pairs meet at a node larger than the group hangs directly under that node: a fused addition. Sets are searched level by level, so that a level's pairs are one batch.
/// </summary>
internal static class FullTreeSearch
{
    public static TreeFinding Run(IPairMeter meter)
    {
        var sets = new List<TermSet> { new([.. Enumerable.Range(0, meter.Terms)]) };
        for (int done = 0; done < sets.Count;)
        {
            int end = sets.Count;
            Measure(meter, sets, done, end);
            for (; done < end; done++)
                sets[done].Split(sets);
        }

        var nodes = new TreeNodes(meter.Terms);
        for (int index = sets.Count - 1; index >= 0; index--)
            sets[index].Assemble(nodes);
        return Check(sets, nodes.ToTree(sets[0].Node));
    }

    private static void Measure(IPairMeter meter, List<TermSet> sets, int start, int end)
    {
        var pairs = new List<TermPair>();
        for (int index = start; index < end; index++)
            foreach (int other in sets[index].Terms.AsSpan(1))
                pairs.Add(new TermPair(sets[index].Terms[0], other));
        int[] leaves = new int[pairs.Count];
        meter.Measure(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pairs), leaves);
        int taken = 0;
        for (int index = start; index < end; index++)
        {
            int count = sets[index].Terms.Length - 1;
            sets[index].Leaves = leaves[taken..(taken + count)];
            taken += count;
        }
    }

    private static TreeFinding Check(List<TermSet> sets, SummationTree tree)
    {
        int groups = 0;
        int inconsistent = 0;
        TermPair? contradiction = null;
        foreach (TermSet set in sets)
        {
            foreach ((int leaves, int[] terms) in set.Groups)
            {
                groups++;
                int wrong = Array.FindIndex(terms, term => tree.LeavesUnder(set.Terms[0], term) != leaves);
                if (wrong < 0)
                    continue;
                inconsistent++;
                contradiction ??= new TermPair(set.Terms[0], terms[wrong]);
            }
        }

        return new TreeFinding(tree, inconsistent, groups, contradiction);
    }

    private sealed class TermSet(int[] terms)
    {
        private readonly List<TermSet?> _subsets = [];

        public int[] Terms { get; } = terms;

        public int[] Leaves { get; set; } = [];

        public List<(int Leaves, int[] Terms)> Groups { get; } = [];

        public int Node { get; private set; } = terms[0];

        /// <summary>The largest l measured in this set; 1 for a single term.</summary>
        private int Size => Groups.Count == 0 ? 1 : Groups[^1].Leaves;

        public void Split(List<TermSet> sets)
        {
            foreach (IGrouping<int, int> group in Enumerable.Range(1, Terms.Length - 1).GroupBy(index => Leaves[index - 1], index => Terms[index]).OrderBy(group => group.Key))
            {
                int[] members = [.. group];
                Groups.Add((group.Key, members));
                TermSet? subset = members.Length == 1 ? null : new TermSet(members);
                _subsets.Add(subset);
                if (subset is not null)
                    sets.Add(subset);
            }
        }

        public void Assemble(TreeNodes nodes)
        {
            for (int index = 0; index < Groups.Count; index++)
            {
                int[] members = Groups[index].Terms;
                TermSet? subset = _subsets[index];
                int node = subset?.Node ?? members[0];
                if (subset is null || subset.Size == members.Length)
                {
                    Node = nodes.Join(Node, node);
                }
                else
                {
                    nodes.Add(node, Node);
                    Node = node;
                }
            }
        }
    }
}
