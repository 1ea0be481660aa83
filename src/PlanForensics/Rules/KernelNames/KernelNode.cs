using System.Globalization;

namespace PlanForensics.Rules.KernelNames;

/// <summary>A name with template arguments: one node of the tree that a C++ name is.</summary>
internal sealed class KernelNode(string name, IReadOnlyList<KernelNode> arguments)
{
    public static KernelNode Empty { get; } = new("", []);

    /// <summary>The qualified name without template arguments, or a literal without its cast.</summary>
    public string Name { get; } = name;

    public IReadOnlyList<KernelNode> Arguments { get; } = arguments;

    /// <summary>The name without its namespaces.</summary>
    public string Last => Name[(Name.LastIndexOf(':') + 1)..];

    /// <summary>This node and all below, outermost first.</summary>
    public IEnumerable<KernelNode> All()
    {
        yield return this;
        foreach (KernelNode argument in Arguments)
            foreach (KernelNode node in argument.All())
                yield return node;
    }

    public KernelNode? Find(Func<string, bool> last) => All().FirstOrDefault(node => last(node.Last));

    public KernelNode? At(int index) => index >= 0 && index < Arguments.Count ? Arguments[index] : null;

    /// <summary>A whole number: a literal, <c>cute::C&lt;64&gt;</c> or <c>_64</c>.</summary>
    public int? Number
    {
        get
        {
            if (Arguments.Count > 0)
                return Last is "C" or "Int" or "constant" or "integral_constant" ? Arguments[^1].Number : null;
            return int.TryParse(Name.AsSpan().TrimStart('_'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
        }
    }

    public long? LongNumber => long.TryParse(Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    public bool? Flag => Name switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    /// <summary>Three numbers of <c>cute::tuple&lt;...&gt;</c> or <c>GemmShape&lt;...&gt;</c>.</summary>
    public KernelExtent? Extent => Arguments.Count is 2 or 3 && Arguments[0].Number is { } m && Arguments[1].Number is { } n
        ? new KernelExtent(m, n, At(2)?.Number)
        : null;
}
