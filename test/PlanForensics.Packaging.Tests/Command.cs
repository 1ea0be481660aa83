using System.Diagnostics;
using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>A program run in a folder, with nothing of this process's build in its environment.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    private static readonly string[] BuildVariables = ["MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath", "DOTNET_HOST_PATH", "CI"];

    public static async Task<Command> Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in BuildVariables)
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Compilers allocate much that dies soon: a young generation of 128 MiB saves them a fifth of their time.
        start.Environment["DOTNET_GCgen0size"] = "0x8000000";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Command(process.ExitCode, await output, await errors);
    }

    public static async Task<string> Succeed(string folder, string program, params string[] arguments)
    {
        Command command = await Run(folder, program, arguments);
        return command.ExitCode == 0 ? command.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {command.ExitCode}\n{command.Output}\n{command.Errors}");
    }

    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && (File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe"))));
}
