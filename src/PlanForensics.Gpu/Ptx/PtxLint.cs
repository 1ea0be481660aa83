using System.Text.RegularExpressions;
using PlanForensics.Gpu.Turnstiles;

namespace PlanForensics.Gpu.Ptx;

/// <summary>Finds instructions in PTX whose result a compiler may choose, or that a kernel of defined bits has no use for.</summary>
internal static partial class PtxLint
{
    /// <summary>The offending lines, each with what is wrong with it; none where the PTX is clean.</summary>
    public static IReadOnlyList<string> Check(string ptx)
    {
        List<string> found = [];
        foreach (string line in ptx.Split('\n'))
        {
            if (ReasonOf(line) is { } reason)
                found.Add($"{reason}: {line.Trim()}");
        }

        foreach (Match block in Blocks().Matches(ptx))
        {
            string text = block.Groups["text"].Value;
            if (text.Contains(TurnIntrinsics.AcquireInstruction, StringComparison.Ordinal) && !Regex.IsMatch(text, $@"@!?%p\d+\s+bra\s+{block.Groups["label"].Value};"))
                found.Add($"a turn is read once, not until it comes: {block.Groups["label"].Value}");
        }

        return found;
    }

    /// <summary>How often an instruction stands in the PTX: a name with its modifiers, as far as given (<c>fma.rn.f32</c>, <c>bar.sync</c>).</summary>
    public static int Count(string ptx, string instruction) => Regex.Count(ptx, $@"^\s*(@!?%p\d+\s+)?{Regex.Escape(instruction)}\b", RegexOptions.Multiline);

    private static string? ReasonOf(string line) =>
        Contractible().IsMatch(line) ? "may be contracted to an fma"
        : Approximate().IsMatch(line) ? "approximate"
        : Flushing().IsMatch(line) ? "flushes subnormals"
        : External().IsMatch(line) ? "calls a function that no module has"
        : Uniform().IsMatch(line) ? "uniform branch on a predicate that need not be"
        : Extremum().IsMatch(line) ? "drops a NaN"
        : AtomicSum().IsMatch(line) ? "adds in the order of arrival"
        : Local().IsMatch(line) ? "local memory"
        : FusedByName().IsMatch(line) ? "fused without a rounding"
        : null;

    // From a label, or the beginning, to the next one.
    [GeneratedRegex(@"(^|\n)\s*((?<label>L_\d+):)?(?<text>.*?)(?=\n\s*L_\d+:|$(?!\n))", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\b(add|sub|mul)\.(f16|f16x2|bf16|bf16x2|f32|f64)\b")]
    private static partial Regex Contractible();

    [GeneratedRegex(@"\.approx\b|\.full\.")]
    private static partial Regex Approximate();

    [GeneratedRegex(@"\.ftz\b")]
    private static partial Regex Flushing();

    [GeneratedRegex(@"^\s*\.extern\s+\.func")]
    private static partial Regex External();

    [GeneratedRegex(@"@!?%p\d+\s+bra\.uni")]
    private static partial Regex Uniform();

    [GeneratedRegex(@"\b(min|max)\.(f16|f32|f64)\b")]
    private static partial Regex Extremum();

    [GeneratedRegex(@"\b(red|atom)\.\S*add\S*\.f(16|32|64)")]
    private static partial Regex AtomicSum();

    [GeneratedRegex(@"\.local\b")]
    private static partial Regex Local();

    [GeneratedRegex(@"\bmad\.\S*f(32|64)|\bfma\.f(32|64)")]
    private static partial Regex FusedByName();
}
