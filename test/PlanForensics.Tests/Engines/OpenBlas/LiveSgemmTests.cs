using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>The closed form against the running library: a child process for each core type, random shapes, layouts and thread counts, every bit of every element.</summary>
public class LiveSgemmTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Haswell")]
    [InlineData("Zen")]
    [InlineData("SkylakeX")]
    [InlineData("Cooperlake")]
    [InlineData("Sandybridge")]
    [InlineData("Prescott")]
    public async Task The_running_library_adds_as_the_map_says(string core)
    {
        SkipUnlessItRuns(core);
        bool everything = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1";
        int seed = Environment.GetEnvironmentVariable(LiveSgemmChild.SeedVariable) is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1 << 20);
        string path = Path.Combine(Path.GetTempPath(), $"planforensics-openblas-{Guid.NewGuid():N}.json");
        try
        {
            string log = await RunChild(core, seed, everything ? 400 : 24, path);
            File.Exists(path).Should().BeTrue("the child process of {0} with seed {1} reports; it said: {2}", core, seed, log);
            LiveReport report = LiveReport.Read(path);
            output.WriteLine($"{report.Config}: seed {seed}, {report.Shapes} shapes, {report.Elements - report.Missed} of {report.Elements} elements; another core's map misses {report.MissedByControl}");
            if (!report.Config.Contains(OpenBlasLibrary.Version, StringComparison.Ordinal))
                Assert.Skip($"the closed form is that of OpenBLAS {OpenBlasLibrary.Version}; this machine has {report.Config}");
            report.Core.Should().Be(core);
            report.Failures.Should().BeEmpty("seed {0}", seed);
            report.MissedByControl.Should().BePositive("the data tells orders apart");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void SkipUnlessItRuns(string core)
    {
        if (OpenBlasLibrary.Path is null)
            Assert.Skip("no OpenBLAS on this machine; Debian's package is libopenblas0-pthread");
        if (!ProcessorRuns(core))
            Assert.Skip($"this processor does not run {core}'s kernels");
    }

    public static bool ProcessorRuns(string core) => core switch
    {
        "SkylakeX" => Avx512F.IsSupported,
        "Cooperlake" => Avx512F.IsSupported && HasBf16(),
        "Haswell" or "Zen" => Avx2.IsSupported && Fma.IsSupported,
        "Sandybridge" => Avx.IsSupported,
        _ => Sse3.IsSupported,
    };

    private static bool HasBf16() => X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    private static async Task<string> RunChild(string core, int seed, int shapes, string report)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "PlanForensics.Tests");
        var start = new ProcessStartInfo(program, ["-class", typeof(LiveSgemmChild).FullName!, "-explicit", "only", "-noLogo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["OPENBLAS_CORETYPE"] = core,
                ["OPENBLAS_NUM_THREADS"] = "3",
                [LiveSgemmChild.SeedVariable] = seed.ToString(CultureInfo.InvariantCulture),
                [LiveSgemmChild.ShapesVariable] = shapes.ToString(CultureInfo.InvariantCulture),
                [LiveSgemmChild.ReportVariable] = report,
            },
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string log = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return log;
    }
}
