using System.Diagnostics;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>A sample run as a user would: <c>dotnet run samples/...</c> from the repository's root.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record SampleRun(int ExitCode, string Output, string Errors)
{
    public static async Task<SampleRun> Of(params string[] sampleAndArguments)
    {
        var start = new ProcessStartInfo("dotnet", ["run", .. sampleAndArguments]) { WorkingDirectory = SharedData.RepositoryRoot, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildSDKsPath");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new SampleRun(process.ExitCode, await output, await errors);
    }
}
