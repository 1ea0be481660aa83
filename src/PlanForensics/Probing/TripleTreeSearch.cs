namespace PlanForensics.Probing;

/// <summary>
/// Puts a binary tree together from rooted triples. The path from a chosen term to the root passes subtrees; a random pivot among the others parts them into those passed before the pivot's
/// subtree, in it, and after it. All parts of a level are asked in one batch.
/// </summary>
internal static class TripleTreeSearch
{
    public static SummationTree Run(TripleCalls calls, Random random)
    {
        var nodes = new TreeNodes(calls.Width);
        var root = new Subtree([.. Enumerable.Range(0, calls.Width)]);
        var open = new List<PathPart>();
        root.Open(open);
        while (open.Count > 0)
        {
            var next = new List<PathPart>();
            var triples = new List<TermTriple>();
            foreach (PathPart part in open)
                part.Prepare(random, triples);
            bool[] answers = calls.Ask(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(triples));
            int taken = 0;
            foreach (PathPart part in open)
                taken = part.Split(answers, taken, next);
            open = next;
        }

        return nodes.ToTree(root.Assemble(nodes));
    }

    /// <summary>A set of terms that is one subtree.</summary>
    private sealed class Subtree(int[] terms)
    {
        private PathPart? _path;

        public void Open(List<PathPart> open)
        {
            if (terms.Length > 1)
                open.Add(_path = new PathPart(terms[0], terms[1..]));
        }

        public int Assemble(TreeNodes nodes)
        {
            int node = terms[0];
            var passed = new List<Subtree>();
            _path?.Collect(passed);
            foreach (Subtree subtree in passed)
                node = nodes.Join(node, subtree.Assemble(nodes));
            return node;
        }
    }

    /// <summary>Terms whose subtrees the path from a term passes one after the other.</summary>
    private sealed class PathPart(int start, int[] terms)
    {
        private int _pivot;
        private PathPart? _before;
        private PathPart? _after;
        private Subtree? _middle;

        public void Prepare(Random random, List<TermTriple> triples)
        {
            _pivot = terms[random.Next(terms.Length)];
            foreach (int term in terms)
            {
                if (term == _pivot)
                    continue;
                triples.Add(new TermTriple(term, _pivot, start));
                triples.Add(new TermTriple(start, term, _pivot));
            }
        }

        public int Split(bool[] answers, int taken, List<PathPart> next)
        {
            var before = new List<int>();
            var middle = new List<int> { _pivot };
            var after = new List<int>();
            foreach (int term in terms)
            {
                if (term == _pivot)
                    continue;
                (answers[taken] ? middle : answers[taken + 1] ? before : after).Add(term);
                taken += 2;
            }

            if (before.Count > 0)
                next.Add(_before = new PathPart(start, [.. before]));
            if (after.Count > 0)
                next.Add(_after = new PathPart(start, [.. after]));
            _middle = new Subtree([.. middle]);
            _middle.Open(next);
            return taken;
        }

        public void Collect(List<Subtree> passed)
        {
            _before?.Collect(passed);
            passed.Add(_middle!);
            _after?.Collect(passed);
        }
    }
}
