using System.Diagnostics;
using Xunit;

namespace PlanForensics.Tests.Capture;

/// <summary>Runs capture/record_incident.py where Debian's Python has PyTorch; tests skip, saying so, where it has not.</summary>
internal static class Recorder
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> LazyHasTorch = new(() => File.Exists(Python) && Run(["-c", "import torch"], []).Status == 0);

    public static void SkipWithoutTorch()
    {
        if (!LazyHasTorch.Value)
            Assert.Skip("/usr/bin/python3 has no torch; Debian's package is python3-torch");
    }

    /// <summary>Records into a new folder below the temporary one.</summary>
    public static string Record(string model, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-incident-").FullName;
        string script = Path.Combine(SharedData.RepositoryRoot, "capture", "record_incident.py");
        (int status, string log) = Run(["-B", script, "--model", model, "--out", folder, .. arguments], environment);
        Assert.True(status is 0 or 3, $"the recorder ended with {status}: {log}");
        return folder;
    }

    /// <summary>Runs another script of the capture folder, or a test of it; its exit code and all that it wrote.</summary>
    public static (int Status, string Log) RunScript(string path, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment) =>
        Run(["-B", Path.Combine(SharedData.RepositoryRoot, path), .. arguments], environment);

    /// <summary>Runs some lines of Python.</summary>
    public static (int Status, string Log) RunCode(string code, params IEnumerable<string> arguments) => Run(["-B", "-c", code, .. arguments], []);

    private static (int Status, string Log) Run(IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in new[] { "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "ATEN_CPU_CAPABILITY" })
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, log + errors.Result);
    }
}
