using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>
/// Which terms of a sum meet where. Leaves are the terms 0..n-1; an inner node with two children is one addition, one with more is a fused addition that rounds once.
/// </summary>
/// <remarks>
/// Addition commutes, so children have no order: they are kept sorted by their smallest leaf, and trees with equal <see cref="Text"/> are equal. A tree says nothing about precision, rounding or
/// whether a product was fused: <see cref="ReductionProgram"/> does. Nodes are numbered leaves first, then inner nodes, children before parents; the root is last.
/// </remarks>
public sealed class SummationTree : IEquatable<SummationTree>
{
    private readonly ImmutableArray<ImmutableArray<int>> _inner;
    private readonly int[] _parents;
    private readonly int[] _sizes;
    private readonly int[] _depths;
    private string? _text;

    internal SummationTree(int leafCount, ImmutableArray<ImmutableArray<int>> inner)
    {
        LeafCount = leafCount;
        _inner = inner;
        _parents = new int[NodeCount];
        _sizes = new int[NodeCount];
        _depths = new int[NodeCount];
        Array.Fill(_parents, -1);
        Array.Fill(_sizes, 1, 0, leafCount);
        for (int node = leafCount; node < NodeCount; node++)
        {
            foreach (int child in inner[node - leafCount])
            {
                _parents[child] = node;
                _sizes[node] += _sizes[child];
            }
        }

        for (int node = NodeCount - 2; node >= 0; node--)
            _depths[node] = _depths[_parents[node]] + 1;
    }

    /// <summary>n, the number of terms.</summary>
    public int LeafCount { get; }

    /// <summary>Leaves and inner nodes.</summary>
    public int NodeCount => LeafCount + _inner.Length;

    /// <summary>The last node: the whole sum.</summary>
    public int Root => NodeCount - 1;

    /// <summary>Whether every addition has two operands: no fused node.</summary>
    public bool IsBinary => _inner.All(children => children.Length == 2);

    /// <summary>The tree in brackets: a leaf is its term's index, a node <c>(child child ...)</c>, children by smallest leaf. Example: <c>(((0 1) 2) (3 4))</c>.</summary>
    public string Text => _text ??= Print();

    /// <summary>The tree that a program adds in.</summary>
    /// <param name="program">A program with at least one term. Matrix-unit blocks become fused nodes of the accumulator and up to L terms.</param>
    /// <returns>The tree.</returns>
    /// <exception cref="ArgumentException">The program has no terms.</exception>
    public static SummationTree Of(ReductionProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program.Root is { } root ? ProgramTree.Of(program.Depth, root) : throw new ArgumentException("a reduction over 0 terms has no tree", nameof(program));
    }

    /// <summary>The operands of a node.</summary>
    /// <param name="node">A node, 0 to <see cref="NodeCount"/> - 1.</param>
    /// <returns>Its children, by smallest leaf; none for a leaf.</returns>
    public ImmutableArray<int> Children(int node) => node < LeafCount ? [] : _inner[node - LeafCount];

    /// <summary>The node that takes a node's value.</summary>
    /// <param name="node">A node.</param>
    /// <returns>Its parent, or -1 for the root.</returns>
    public int Parent(int node) => _parents[node];

    /// <summary>How many terms a node adds up.</summary>
    /// <param name="node">A node.</param>
    /// <returns>Its leaves; 1 for a leaf.</returns>
    public int Leaves(int node) => _sizes[node];

    /// <summary>The node where two terms meet.</summary>
    /// <param name="first">A term.</param>
    /// <param name="second">Another term.</param>
    /// <returns>Their lowest common ancestor.</returns>
    public int Meeting(int first, int second)
    {
        while (first != second)
        {
            if (_depths[first] >= _depths[second])
                first = _parents[first];
            else
                second = _parents[second];
        }

        return first;
    }

    /// <summary>l(i, j): how many terms lie under the node where two terms meet, the two included. It is what a masked call of the sum measures.</summary>
    /// <param name="first">A term.</param>
    /// <param name="second">Another term.</param>
    /// <returns>2 to n.</returns>
    public int LeavesUnder(int first, int second) => _sizes[Meeting(first, second)];

    /// <inheritdoc/>
    public bool Equals(SummationTree? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SummationTree);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The tree in brackets.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    /// <summary>Another operand of the node that takes this one: the first that is not it.</summary>
    internal int Sibling(int node)
    {
        ImmutableArray<int> children = Children(_parents[node]);
        return children[0] == node ? children[1] : children[0];
    }

    /// <summary>The smallest leaf under a node.</summary>
    internal int FirstLeaf(int node)
    {
        while (node >= LeafCount)
            node = _inner[node - LeafCount][0];
        return node;
    }

    private string Print()
    {
        var text = new StringBuilder();
        var open = new Stack<int>([Root]);
        while (open.TryPop(out int node))
        {
            if (node < 0)
            {
                text.Append(')');
                continue;
            }

            if (text.Length > 0 && text[^1] != '(')
                text.Append(' ');
            if (node < LeafCount)
            {
                text.Append(CultureInfo.InvariantCulture, $"{node}");
                continue;
            }

            text.Append('(');
            open.Push(-1);
            foreach (int child in Children(node).Reverse())
                open.Push(child);
        }

        return text.ToString();
    }
}
