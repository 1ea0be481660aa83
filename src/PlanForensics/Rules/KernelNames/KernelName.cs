namespace PlanForensics.Rules.KernelNames;

/// <summary>A kernel's name, read: the tree of its C++ name, whatever form it came in.</summary>
internal sealed class KernelName
{
    public KernelName(string text)
    {
        Text = text;
        string trimmed = text.Trim();
        bool isCut;
        if (trimmed.StartsWith("_Z", StringComparison.Ordinal))
            Root = ItaniumReader.Read(KernelEllipsis.EndsWith(trimmed) ? KernelEllipsis.Strip(trimmed) : trimmed, out isCut);
        else
            Root = CppNameReader.Read(Unify(trimmed), out isCut);
        IsCut = isCut;
        Truncated = isCut || KernelEllipsis.IsIn(trimmed);
        if (KernelEllipsis.EndsWith(Root.Name))
        {
            Root = new KernelNode(KernelEllipsis.Strip(Root.Name), Root.Arguments);
            EndsInsideName = Root.Arguments.Count == 0;
        }
    }

    public string Text { get; }

    public KernelNode Root { get; }

    public bool Truncated { get; }

    /// <summary>Whether the name ends inside brackets: the last arguments of some node are missing.</summary>
    public bool IsCut { get; }

    /// <summary>Whether the cut fell into an underscore-separated name, whose last word is then unreliable.</summary>
    public bool EndsInsideName { get; }

    /// <summary>The function's name without namespaces.</summary>
    public string Function => Root.Last;

    public KernelDescription Describe(string family, KernelOperator? kernelOperator) =>
        new() { Name = Text, Family = family, Operator = kernelOperator, Truncated = Truncated };

    /// <summary>The words of the first name, anywhere in the tree, that starts so; null where none does. A word that was cut is dropped.</summary>
    public string[]? WordsOf(Func<string, bool> starts)
    {
        if (Root.Find(starts) is not { } node)
            return null;
        string[] words = node.Last.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return EndsInsideName && ReferenceEquals(node, Root) ? [.. words.SkipLast(1)] : words;
    }

    private static string Unify(string text) => text
        .Replace("(anonymous namespace)", "unnamed", StringComparison.Ordinal)
        .Replace("<unnamed>", "unnamed", StringComparison.Ordinal)
        .Replace("[clone .kd]", "", StringComparison.Ordinal);
}
