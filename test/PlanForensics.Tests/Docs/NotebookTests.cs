using System.Diagnostics;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Docs;

/// <summary>samples/python/postmortem.ipynb, executed by Debian's jupyter-nbconvert: its outputs are the committed ones.</summary>
public sealed class NotebookTests
{
    private const string Convert = "/usr/bin/jupyter-nbconvert";
    private static readonly string Notebook = Path.Combine(SharedData.RepositoryRoot, "samples", "python", "postmortem.ipynb");

    [Fact]
    public void The_notebook_runs_and_shows_what_is_committed()
    {
        if (!File.Exists(Convert))
            Assert.Skip($"{Convert} is not there; Debian's packages are jupyter-nbconvert and python3-ipykernel");
        string folder = Directory.CreateTempSubdirectory("planforensics-notebook-").FullName;
        try
        {
            (int status, string log) = Execute(folder);
            status.Should().Be(0, log);
            string[][] shown = OutputsOf(File.ReadAllText(Notebook));
            string[][] printed = OutputsOf(File.ReadAllText(Path.Combine(folder, "postmortem.ipynb")));
            printed.Should().HaveCount(shown.Length);
            for (int cell = 0; cell < shown.Length; cell++)
                printed[cell].Should().Equal(shown[cell], "code cell {0}", cell);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_committed_notebook_has_been_run_and_tells_the_flip()
    {
        string[][] shown = OutputsOf(File.ReadAllText(Notebook));
        shown.Should().HaveCountGreaterThan(6);
        string everything = string.Concat(shown.SelectMany(cell => cell));
        everything.Should().Contain("layer 0 attention flips the token").And.Contain("<svg").And.Contain("<table>").And.NotContain("Traceback");
        OutputsOf("""{"cells": [{"cell_type": "code", "outputs": [{"output_type": "stream", "text": ["a\n", "b"]}]}, {"cell_type": "markdown"}]}""").Should().BeEquivalentTo(new[] { new[] { "a\nb" } });
    }

    private static (int Status, string Log) Execute(string folder)
    {
        var start = new ProcessStartInfo(Convert, ["--to", "notebook", "--execute", "--output-dir", folder, "--ExecutePreprocessor.timeout=240", Notebook])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = SharedData.RepositoryRoot,
        };
        start.Environment["PLANFORENSICS_TOOL"] = Path.Combine(AppContext.BaseDirectory, "PlanForensics.Cli.dll");
        start.Environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1";
        foreach (string name in new[] { "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR" })
            start.Environment[name] = Path.Combine(folder, name);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>What each code cell shows: text, HTML and SVG; a plain-text stand-in of those is left out.</summary>
    private static string[][] OutputsOf(string notebook)
    {
        using JsonDocument document = JsonDocument.Parse(notebook);
        return [.. document.RootElement.GetProperty("cells").EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(cell => cell.GetProperty("outputs").EnumerateArray().SelectMany(TextsOf).ToArray())];
    }

    private static IEnumerable<string> TextsOf(JsonElement output)
    {
        if (output.TryGetProperty("text", out JsonElement text))
            yield return Joined(text);
        if (!output.TryGetProperty("data", out JsonElement data))
            yield break;
        foreach (string kind in new[] { "text/html", "image/svg+xml" })
            if (data.TryGetProperty(kind, out JsonElement shown))
                yield return Joined(shown);
    }

    private static string Joined(JsonElement text) =>
        (text.ValueKind == JsonValueKind.Array ? string.Concat(text.EnumerateArray().Select(part => part.GetString())) : text.GetString()!).TrimEnd('\n');
}
