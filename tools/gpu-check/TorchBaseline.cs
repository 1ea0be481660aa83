using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PlanForensics.GpuCheck;

/// <summary>The same operators through PyTorch, hence cuBLAS, in a process of its own.</summary>
internal static class TorchBaseline
{
    public static (IReadOnlyList<Measurement> Times, string? Remark) Run(CheckOptions options, CheckSizes sizes)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "torch_baseline.py");
        if (!File.Exists(script))
            return ([], $"no PyTorch times: {script} is not there");
        var start = new ProcessStartInfo(options.Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(options.DryRun ? "cpu" : options.Device.Contains(':', StringComparison.Ordinal) ? options.Device : "cuda:0");
        foreach (int size in (int[])[sizes.Gemm, sizes.GemvOutputs, sizes.GemvDepth, sizes.CopyBytes, sizes.Layers, sizes.Hidden, sizes.FeedForward, sizes.Heads, sizes.KeyHeads, sizes.Vocabulary, sizes.Context, sizes.Repeats])
            start.ArgumentList.Add(size.ToString(CultureInfo.InvariantCulture));
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? Read(output) : ([], $"no PyTorch times: {errors.Result.Trim().Split('\n')[^1]}");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return ([], $"no PyTorch times: {options.Python}: {exception.Message}");
        }
    }

    private static (IReadOnlyList<Measurement> Times, string? Remark) Read(string output)
    {
        using JsonDocument document = JsonDocument.Parse(output);
        Measurement[] times =
        [
            .. document.RootElement.GetProperty("times").EnumerateArray().Select(static one => new Measurement(
                one.GetProperty("name").GetString()!, one.GetProperty("milliseconds").GetDouble(), one.GetProperty("amount").GetDouble(), one.GetProperty("unit").GetString()!)),
        ];
        return (times, $"PyTorch {document.RootElement.GetProperty("torch").GetString()} on {document.RootElement.GetProperty("device").GetString()}");
    }
}
