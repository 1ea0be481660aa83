using System.Collections.Immutable;

namespace PlanForensics.Probing;

/// <summary>Nodes of a tree while it is put together, in any order; <see cref="ToTree"/> sorts and numbers them.</summary>
internal sealed class TreeNodes(int leafCount)
{
    private readonly List<List<int>> _inner = [];

    public int Join(params ReadOnlySpan<int> children)
    {
        _inner.Add([.. children]);
        return leafCount + _inner.Count - 1;
    }

    public void Add(int node, int child) => _inner[node - leafCount].Add(child);

    public List<int> Children(int node) => _inner[node - leafCount];

    public bool IsLeaf(int node) => node < leafCount;

    public SummationTree ToTree(int root)
    {
        int[] order = PostOrder(root);
        int[] first = new int[leafCount + _inner.Count];
        int[] number = new int[leafCount + _inner.Count];
        for (int leaf = 0; leaf < leafCount; leaf++)
            first[leaf] = number[leaf] = leaf;
        foreach (int node in order)
        {
            List<int> children = Children(node);
            children.Sort((left, right) => first[left].CompareTo(first[right]));
            first[node] = first[children[0]];
        }

        order = PostOrder(root); // again, now that children are sorted
        var inner = ImmutableArray.CreateBuilder<ImmutableArray<int>>(order.Length);
        foreach (int node in order)
        {
            number[node] = leafCount + inner.Count;
            inner.Add([.. Children(node).Select(child => number[child])]);
        }

        return new SummationTree(leafCount, inner.ToImmutable());
    }

    private int[] PostOrder(int root)
    {
        var order = new List<int>(_inner.Count);
        var open = new Stack<(int Node, int Next)>();
        if (!IsLeaf(root))
            open.Push((root, 0));
        while (open.TryPop(out (int Node, int Next) top))
        {
            List<int> children = Children(top.Node);
            if (top.Next == children.Count)
            {
                order.Add(top.Node);
                continue;
            }

            open.Push((top.Node, top.Next + 1));
            if (!IsLeaf(children[top.Next]))
                open.Push((children[top.Next], 0));
        }

        return [.. order];
    }
}
