using System.Text;
using System.Text.RegularExpressions;

namespace PlanForensics.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, below the repository's root.</param>
/// <param name="Line">1-based line of its fence.</param>
/// <param name="Language">First word behind the fence.</param>
/// <param name="Words">The other words: <c>output</c>, <c>figure</c>, <c>run</c>, <c>contract</c>.</param>
/// <param name="Text">What it holds.</param>
/// <param name="Context">What a comment <c>context:</c> right above it gives: statements that a C# block needs and a reader does not.</param>
/// <param name="CheckedBy">The test class that a comment <c>checked by</c> right above it, or <c>every block is checked by</c> of the page, names; or null.</param>
internal sealed partial record DocBlock(string Page, int Line, string Language, string[] Words, string Text, string Context, string? CheckedBy)
{
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md", .. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)).Order(StringComparer.Ordinal),
    ];

    public string Place => FormattableString.Invariant($"{Page}:{Line}");

    public bool Is(string word) => Words.Contains(word);

    public static List<DocBlock> Of(string page) => Read(page, File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, page)));

    public static List<DocBlock> Read(string page, string markdown)
    {
        string[] lines = markdown.ReplaceLineEndings("\n").Split('\n');
        string? checkedBy = PageCheckedByPattern().Match(markdown) is { Success: true } all ? all.Groups[1].Value : null;
        var blocks = new List<DocBlock>();
        var comment = new StringBuilder();
        bool inComment = false;
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index];
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                int end = Array.FindIndex(lines, index + 1, other => other.StartsWith("```", StringComparison.Ordinal));
                if (end < 0)
                    throw new FormatException(FormattableString.Invariant($"{page}:{index + 1}: a fence without an end"));
                string[] words = line[3..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                string said = comment.ToString();
                blocks.Add(new DocBlock(
                    page, index + 1, words.FirstOrDefault() ?? "", [.. words.Skip(1)], string.Join('\n', lines[(index + 1)..end]), ContextPattern().Match(said).Groups[1].Value,
                    CheckedByPattern().Match(said) is { Success: true } match ? match.Groups[1].Value : checkedBy));
                comment.Clear();
                index = end;
                continue;
            }

            inComment |= line.StartsWith("<!--", StringComparison.Ordinal);
            if (inComment)
                comment.Append(line).Append('\n');
            else if (line.Length > 0)
                comment.Clear();
            inComment &= !line.EndsWith("-->", StringComparison.Ordinal);
        }

        return blocks;
    }

    [GeneratedRegex(@"<!-- context:(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex ContextPattern();

    [GeneratedRegex(@"<!-- every block is checked by (\w+)")]
    private static partial Regex PageCheckedByPattern();

    [GeneratedRegex(@"<!-- checked by (\w+)")]
    private static partial Regex CheckedByPattern();
}
