using System.Diagnostics;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>How long the tool takes from the start of its process to its end.</summary>
internal static class ToolRows
{
    private const int Runs = 21;

    public static IEnumerable<PeerRow> Run()
    {
        string? tool = Find();
        if (tool is null)
        {
            Console.Error.WriteLine("the tool is not built: dotnet build -c Release src/PlanForensics.Cli");
            yield break;
        }

        List<double> times = [];
        for (int run = 0; run < Runs; run++)
        {
            long begin = Stopwatch.GetTimestamp();
            Help(tool);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        yield return PeerRow.Times(
            "cold start of planforensics --help", 1, Interleaved.Median(times), 0.150, "150 ms", 1, "-", FormattableString.Invariant($"best {times.Min() * 1e3:F0} ms of {Runs}; files in the system's cache, a new process each"));
    }

    private static void Help(string tool)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, ["--help"]) { RedirectStandardOutput = true })!;
        string help = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || !help.Contains("simulate", StringComparison.Ordinal))
            throw new InvalidOperationException("the tool printed no help");
    }

    /// <summary>The tool beside this program, in the folder of all build outputs.</summary>
    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "PlanForensics.Cli.exe" : "PlanForensics.Cli";
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "PlanForensics.Cli", "release", name));
        return File.Exists(path) ? path : null;
    }
}
