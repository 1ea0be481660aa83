using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace PlanForensics.Tests.Docs;

/// <summary>The commands of a page, run one after the other in one shell and one folder, as a reader would type them.</summary>
internal static partial class DocSession
{
    /// <summary>A command and what the page shows of its output.</summary>
    public sealed record Command(string Place, string Text, string Shown);

    /// <summary>Commands of a <c>console</c> block: lines after <c>$ </c>, and a <c>python run</c> block as a whole.</summary>
    public static IEnumerable<Command> CommandsOf(IReadOnlyList<DocBlock> blocks)
    {
        for (int index = 0; index < blocks.Count; index++)
        {
            DocBlock block = blocks[index];
            if (block.Language == "python" && block.Is("run"))
            {
                bool isShown = index + 1 < blocks.Count && blocks[index + 1].Is("output");
                yield return new Command(block.Place, $"/usr/bin/python3 -B - <<'END_OF_BLOCK'\n{block.Text}\nEND_OF_BLOCK", isShown ? blocks[index + 1].Text : "");
            }

            if (block.Language == "console" && block.CheckedBy is null)
                foreach (Command command in CommandsOf(block))
                    yield return command;
        }
    }

    /// <summary>Runs the commands below a temporary folder that holds the repository's samples, docs and capture; returns each one's output.</summary>
    public static IReadOnlyList<string> Run(string folder, IReadOnlyList<Command> commands, string tool)
    {
        foreach (string name in new[] { "samples", "capture", "docs" })
            Directory.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(SharedData.RepositoryRoot, name));
        var script = new StringBuilder("planforensics() { dotnet \"$PLANFORENSICS_TOOL\" \"$@\"; }\n");
        for (int index = 0; index < commands.Count; index++)
            script.Append(commands[index].Text.Contains("<<", StringComparison.Ordinal)
                ? FormattableString.Invariant($"{{\n{commands[index].Text}\n}} > .out{index} 2>&1\n")
                : FormattableString.Invariant($"{{ {commands[index].Text}\n}} > .out{index} 2>&1\n"));
        var start = new ProcessStartInfo("bash") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PLANFORENSICS_TOOL"] = tool;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        foreach (string name in new[] { "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "NO_COLOR", "COLUMNS" })
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(4)))
            process.Kill(entireProcessTree: true);
        string said = errors.Result;
        return [.. commands.Select((_, index) => Path.Combine(folder, FormattableString.Invariant($".out{index}"))).Select(path => (File.Exists(path) ? File.ReadAllText(path) : said).ReplaceLineEndings("\n").Replace(folder + "/", "", StringComparison.Ordinal))];
    }

    /// <summary>Whether an output is what a page shows: <c>...</c> on a line of its own stands for any lines, within a line for any text.</summary>
    public static bool Matches(string shown, string output)
    {
        string[] lines = [.. shown.Split('\n').Select(line => line.TrimEnd())];
        var pattern = new StringBuilder("^");
        foreach (string line in lines)
            pattern.Append(line == "..." ? "(?:[^\n]*\n)*" : Regex.Escape(line).Replace(@"\.\.\.", "[^\n]*", StringComparison.Ordinal) + "\n");
        string actual = string.Join('\n', output.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())) + "\n";
        return Regex.IsMatch(actual, pattern.Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
    }

    [GeneratedRegex(@"<<'?(\w+)'?")]
    private static partial Regex HereDocumentPattern();

    private static IEnumerable<Command> CommandsOf(DocBlock block)
    {
        string[] lines = block.Text.Split('\n');
        for (int index = 0; index < lines.Length;)
        {
            if (!lines[index].StartsWith("$ ", StringComparison.Ordinal))
                throw new FormatException(FormattableString.Invariant($"{block.Page}:{block.Line + 1 + index}: a console block begins with a command, \"$ ...\""));
            int first = index;
            string command = lines[index++][2..];
            while (command.EndsWith('\\') && index < lines.Length)
                command = command[..^1] + lines[index++].TrimStart('>', ' ');
            if (HereDocumentPattern().Match(command) is { Success: true } here)
            {
                int end = Array.IndexOf(lines, here.Groups[1].Value, index);
                command += "\n" + string.Join('\n', lines[index..(end + 1)]);
                index = end + 1;
            }

            var shown = new List<string>();
            while (index < lines.Length && !lines[index].StartsWith("$ ", StringComparison.Ordinal))
                shown.Add(lines[index++]);
            yield return new Command(FormattableString.Invariant($"{block.Page}:{block.Line + 1 + first}"), command, string.Join('\n', shown).TrimEnd('\n'));
        }
    }
}
