using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Tests.Capture;
using Xunit;

namespace PlanForensics.Tests.Docs;

/// <summary>
/// Every code block of every page: C# is compiled, and run where its output is shown; commands are run and their output compared; JSON is read; Python is parsed, and run where the page says so.
/// A block that another test checks names it in a comment above (<c>checked by NAME</c>).
/// </summary>
[Collection(ConsoleOwner.Name)]
public sealed partial class DocPageTests
{
    private static readonly string[] Languages = ["csharp", "console", "sh", "text", "json", "jsonl", "python", "plan", "program", "execution-plan", "sql", "xml", "markdown"];

    private static readonly string[] Shape = ["What it answers", "Example", "Options and defaults", "Guarantees", "Limits"];

    /// <summary>The index, the words, the story, the list of packages and the map of rooms: pages that describe no room.</summary>
    private static readonly string[] Shapeless = ["docs/README.md", "docs/concepts.md", "docs/tutorial.md", "docs/dependencies.md", "docs/architecture.md"];

    public static TheoryData<string> Pages => [.. DocBlock.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_says_what_it_is(string page)
    {
        foreach (DocBlock block in DocBlock.Of(page))
        {
            Languages.Should().Contain(block.Language, block.Place);
            if (block.Language is "text" or "markdown")
                (block.Is("output") || block.Is("figure") || block.CheckedBy is not null).Should().BeTrue($"{block.Place}: a text block is output, a figure, or checked by a test");
            if (block.CheckedBy is { } test)
                TestSources().Should().Contain(test, block.Place);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void CSharp_compiles_and_prints_what_is_shown(string page)
    {
        List<DocBlock> blocks = DocBlock.Of(page);
        for (int index = blocks.Count - 1; index >= 0; index--)
        {
            DocBlock block = blocks[index];
            if (block.Language != "csharp" || block.CheckedBy is not null)
                continue;
            (IReadOnlyList<string> errors, Assembly? program) = DocSnippet.Compile(block);
            errors.Should().BeEmpty(block.Place);
            if (index + 1 < blocks.Count && blocks[index + 1].Is("output"))
            {
                string printed = DocSnippet.Run(program!);
                if (Fill(page, blocks[index + 1].Line, blocks[index + 1].Text, printed))
                    continue;
                DocSession.Matches(blocks[index + 1].Text, printed).Should().BeTrue($"{block.Place} prints\n{printed}\nand not\n{blocks[index + 1].Text}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_print_what_is_shown(string page)
    {
        DocSession.Command[] commands = [.. DocSession.CommandsOf(DocBlock.Of(page))];
        if (commands.Length == 0)
            return;
        if (commands.Any(command => command.Text.Contains("/usr/bin/python3", StringComparison.Ordinal)))
            Recorder.SkipWithoutTorch();
        string folder = Directory.CreateTempSubdirectory("planforensics-docs-").FullName;
        try
        {
            IReadOnlyList<string> printed = DocSession.Run(folder, commands, Path.Combine(AppContext.BaseDirectory, "PlanForensics.Cli.dll"));
            for (int index = commands.Length - 1; index >= 0; index--)
                if (!Fill(page, int.Parse(commands[index].Place.Split(':')[1], CultureInfo.InvariantCulture), commands[index].Shown, printed[index]))
                    DocSession.Matches(commands[index].Shown, printed[index]).Should().BeTrue($"{commands[index].Place}: {commands[index].Text}\nprints\n{printed[index]}\nand not\n{commands[index].Shown}");
        }
        finally
        {
            foreach (string link in Directory.EnumerateDirectories(folder).Where(path => new DirectoryInfo(path).LinkTarget is not null))
                Directory.Delete(link);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Json_is_read_and_commands_that_are_not_run_are_commands(string page)
    {
        foreach (DocBlock block in DocBlock.Of(page).Where(block => block.CheckedBy is null))
        {
            if (block.Language == "json" && !block.Is("contract"))
                JsonDocument.Parse(block.Text).RootElement.ValueKind.Should().NotBe(JsonValueKind.Undefined, block.Place);
            if (block.Language == "jsonl" || block.Is("contract"))
                foreach (string line in block.Is("contract") && block.Language == "json" ? [block.Text.ReplaceLineEndings("")] : block.Text.Split('\n'))
                    FluentActions.Invoking(() => ContractJson.Parse(line)).Should().NotThrow(block.Place);
            if (block.Language == "sh")
                foreach (Match file in FilePattern().Matches(block.Text))
                    Path.Exists(Path.Combine(SharedData.RepositoryRoot, file.Value)).Should().BeTrue($"{block.Place}: {file.Value}");
            if (block.Language is "sh")
                foreach (Match command in ToolPattern().Matches(block.Text))
                    Cli.HelpPages.CommandPaths().Should().Contain(command.Groups[1].Value, block.Place);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Python_is_Python(string page)
    {
        foreach (DocBlock block in DocBlock.Of(page).Where(block => block.Language == "python"))
        {
            Recorder.SkipWithoutTorch();
            (int status, string log) = Recorder.RunCode("import sys; compile(sys.argv[1], 'block', 'exec')", block.Text);
            status.Should().Be(0, $"{block.Place}: {log}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_the_shape(string page)
    {
        if (!page.StartsWith("docs/", StringComparison.Ordinal) || Shapeless.Contains(page))
            return;
        string[] headings = [.. HeadingPattern().Matches(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, page))).Select(heading => heading.Groups[1].Value)];
        headings.Where(Shape.Contains).Should().Equal(Shape, page);
        headings[1].Should().Be(Shape[0], page);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        string text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, page));
        string folder = Path.GetDirectoryName(Path.Combine(SharedData.RepositoryRoot, page))!;
        foreach (Match link in LinkPattern().Matches(text))
        {
            string[] target = link.Groups[1].Value.Split('#');
            string path = target[0].Length == 0 ? Path.Combine(SharedData.RepositoryRoot, page) : Path.Combine(folder, target[0]);
            Path.Exists(path).Should().BeTrue($"{page}: {link.Value}");
            if (target.Length > 1)
                Anchors(File.ReadAllText(path)).Should().Contain(target[1], $"{page}: {link.Value}");
        }
    }

    [Fact]
    public void The_index_leads_to_every_page()
    {
        string index = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "README.md"));
        DocBlock.Pages.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/README.md").Where(page => !index.Contains($"]({page["docs/".Length..]})", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void The_checks_see_what_is_wrong() // negative controls
    {
        DocBlock block = DocBlock.Read("x.md", "<!-- context: int a = 1; -->\n```csharp\nConsole.WriteLine(a + b);\n```\n\n```console\n$ echo one\ntwo\n```\n")[0];
        DocSnippet.Compile(block).Errors.Should().ContainSingle().Which.Should().Contain("'b'");
        (IReadOnlyList<string> errors, Assembly? program) = DocSnippet.Compile(block with { Text = "Console.WriteLine(a + 1);" });
        errors.Should().BeEmpty();
        DocSnippet.Run(program!).Should().Be("2\n");
        DocSession.Matches("a 1 c\n...\nd", "a 1 c\nd\n").Should().BeTrue();
        DocSession.Matches("a ... c\n...\nd", "a 12 c\nb\nb\nd").Should().BeTrue();
        DocSession.Matches("a 1 c", "a 2 c").Should().BeFalse();
        DocSession.Matches("a", "a\nb").Should().BeFalse();
        Shapeless.Should().OnlyContain(page => File.Exists(Path.Combine(SharedData.RepositoryRoot, page)));
        Anchors("## The form `x/1`\n").Should().Contain("the-form-x1");
    }

    /// <summary>With PLANFORENSICS_WRITE_DOCS=1 an output that a page shows as <c>@@</c> is written into the page: how pages are made.</summary>
    private static bool Fill(string page, int line, string shown, string printed)
    {
        if (shown != "@@" || Environment.GetEnvironmentVariable("PLANFORENSICS_WRITE_DOCS") != "1")
            return false;
        string path = Path.Combine(SharedData.RepositoryRoot, page);
        List<string> lines = [.. File.ReadAllLines(path)];
        int at = lines.IndexOf("@@", line - 1);
        lines.RemoveAt(at);
        lines.InsertRange(at, printed.TrimEnd('\n').Split('\n').Select(text => text.TrimEnd()));
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return true;
    }

    private static readonly Lazy<string> LazySources = new(() => string.Join('\n', Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "test"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension)));

    private static string TestSources() => LazySources.Value;

    private static IEnumerable<string> Anchors(string text) => HeadingPattern().Matches(text)
        .Select(heading => NotInAnchorPattern().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"(?<=^|\s)(?:samples|capture|src|docs|tools)/[\w./-]+")]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"(?<=^(?:\$ )?)planforensics ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex ToolPattern();

    [GeneratedRegex(@"\]\((?!https?://|mailto:)([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NotInAnchorPattern();
}
