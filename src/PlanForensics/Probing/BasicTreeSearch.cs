namespace PlanForensics.Probing;

/// <summary>
/// The basic algorithm: every pair is measured, and subtrees are joined from the smallest l up. It costs n(n-1)/2 measurements whatever the tree is; a subtree that already has the size l and
/// meets another one there is a fused node that takes it in.
/// </summary>
internal static class BasicTreeSearch
{
    public static TreeFinding Run(IPairMeter meter)
    {
        int count = meter.Terms;
        var pairs = new List<TermPair>();
        for (int first = 0; first < count; first++)
            for (int second = first + 1; second < count; second++)
                pairs.Add(new TermPair(first, second));
        int[] leaves = new int[pairs.Count];
        meter.Measure(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pairs), leaves);
        SummationTree tree = Join(count, pairs, leaves);
        var groups = pairs.Select((pair, index) => (pair, Leaves: leaves[index])).GroupBy(item => (item.pair.First, item.Leaves)).ToArray();
        (TermPair pair, int Leaves)[] wrong = [.. groups.Select(group => group.FirstOrDefault(item => tree.LeavesUnder(item.pair.First, item.pair.Second) != item.Leaves)).Where(item => item != default)];
        return new TreeFinding(tree, wrong.Length, groups.Length, wrong.Length > 0 ? wrong[0].pair : null);
    }

    private static SummationTree Join(int count, List<TermPair> pairs, int[] leaves)
    {
        var nodes = new TreeNodes(count);
        int[] root = [.. Enumerable.Range(0, count)];
        var size = new Dictionary<int, int>(); // l at which an inner node was made
        int[] order = [.. Enumerable.Range(0, pairs.Count)];
        Array.Sort([.. leaves], order);
        int top = 0;
        foreach (int index in order)
        {
            int left = root[pairs[index].First];
            int right = root[pairs[index].Second];
            if (left == right)
                continue;
            bool leftFused = size.GetValueOrDefault(left) == leaves[index];
            bool rightFused = size.GetValueOrDefault(right) == leaves[index];
            if (leftFused && rightFused)
            {
                foreach (int child in nodes.Children(right))
                    nodes.Add(left, child);
                top = left;
            }
            else if (leftFused || rightFused)
            {
                top = leftFused ? left : right;
                nodes.Add(top, leftFused ? right : left);
            }
            else
            {
                top = nodes.Join(left, right);
                size[top] = leaves[index];
            }

            for (int term = 0; term < count; term++)
                if (root[term] == left || root[term] == right)
                    root[term] = top;
        }

        return nodes.ToTree(count == 1 ? 0 : top);
    }
}
