using System.Text;
using System.Text.RegularExpressions;

namespace PlanForensics.Serving.Tests;

/// <summary>What docs/serving.md shows of the story. Names of requests and numbers vary from run to run and are masked; a line <c>...</c> stands for any lines.</summary>
internal static class StoryPage
{
    public static string Shown(string part)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "serving.md"));
        Match found = Regex.Match(page, $"<!-- checked by StoryTests: {part} -->\n```text\n(.*?)```", RegexOptions.Singleline);
        return found.Success ? found.Groups[1].Value : throw new InvalidDataException($"docs/serving.md shows no {part}");
    }

    /// <summary>Whether an output holds what the page shows, at its beginning or after other lines.</summary>
    public static bool Matches(string part, string output)
    {
        var pattern = new StringBuilder("(?:^|\n)");
        foreach (string line in Shown(part).TrimEnd('\n').Split('\n'))
            pattern.Append(line == "..." ? "(?:[^\n]*\n)*?" : Regex.Escape(Mask(line)) + "\n");
        return Regex.IsMatch(string.Join('\n', output.Split('\n').Select(Mask)) + "\n", pattern.ToString(), RegexOptions.None, TimeSpan.FromSeconds(20));
    }

    // Columns move with the width of what is masked: runs of spaces count as one.
    private static string Mask(string line) => Regex.Replace(Regex.Replace(Regex.Replace(line.TrimEnd(), "cmpl-[0-9a-f]+-[0-9]+", "cmpl-#"), "[0-9]+", "#"), " +", " ");
}
