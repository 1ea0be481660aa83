using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using ServingStack.Engine;
using ServingStack.Load;
using Xunit;

namespace PlanForensics.Serving.Tests;

/// <summary>The sample's programs as processes of their own, since OpenBLAS picks its kernels when it is loaded: OPENBLAS_CORETYPE makes them Haswell's wherever the test runs.</summary>
internal static class OpenBlasStory
{
    private const string Core = "Haswell";

    /// <summary>Skips where the story cannot be told, saying why; else gives OpenBLAS's path.</summary>
    public static string Library()
    {
        if (OpenBlas.Find(1) is null)
            Assert.Skip("no OpenBLAS on this machine; Debian's package is libopenblas0-pthread");
        if (!Avx2.IsSupported || !Fma.IsSupported)
            Assert.Skip($"this processor does not run OpenBLAS's kernels for {Core}");
        return new[] { "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0" }.FirstOrDefault(File.Exists) ?? "libopenblas.so.0";
    }

    /// <summary>Runs the server while something is done with it.</summary>
    /// <returns>What the server said, and what the work gave.</returns>
    public static async Task<(string Said, T Result)> ServeAsync<T>(string store, string[] options, Func<Uri, Task<T>> work)
    {
        using Process server = Start("ServingStack.dll", ["serve", "--url", "http://127.0.0.1:0", "--store", store, "--model", Repository.Model, .. options]);
        try
        {
            var said = new List<string>();
            while (said.Count < 4 && await server.StandardOutput.ReadLineAsync() is { } line)
                said.Add(line);
            if (said.Count < 4)
                throw new InvalidOperationException($"the server did not start: {await server.StandardError.ReadToEndAsync()}");
            T result = await work(new Uri(said[0]["listening on ".Length..]));
            Signal(server);
            await server.WaitForExitAsync();
            return (string.Join('\n', said), result);
        }
        finally
        {
            if (!server.HasExited)
                server.Kill();
        }
    }

    /// <summary>Each prompt alone, then all of them at once.</summary>
    public static Task<LoadReport> LoadAsync(Uri url, string store, int rounds) =>
        new LoadDriver(new LoadOptions { Url = url, Store = store, Concurrency = 8, Tokens = 40, Rounds = rounds, Prompts = [.. new LoadOptions { Url = url }.Prompts.Take(8)] }).RunAsync();

    /// <summary>Runs the tool.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> ToolAsync(params string[] arguments)
    {
        using Process process = Start("PlanForensics.Cli.dll", arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    public static async Task<JsonElement> ToolJsonAsync(params string[] arguments)
    {
        (int exitCode, string output, string error) = await ToolAsync([.. arguments, "--json"]);
        return output.Length > 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException($"exit code {exitCode}: {error}");
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, program), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_CORETYPE"] = Core;
        start.Environment.Remove("OPENBLAS_NUM_THREADS");
        return Process.Start(start)!;
    }

    // As ctrl-C or an orchestrator would.
    private static void Signal(Process server)
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        kill.WaitForExit();
    }
}
