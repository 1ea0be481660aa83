using System.Diagnostics;
using System.Text;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Kernels;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>The tool as a process of its own: exit codes and bytes.</summary>
public sealed class ProcessTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void Results_and_exit_codes_are_those_of_the_call_in_process()
    {
        string[] arguments = ["plan", "diff", "gemm", "split_k4", "--shape", "8,64,256"];

        Start(arguments).Should().Be(ToolRun.Of(arguments));
    }

    [Fact]
    public void A_wrong_command_line_ends_with_2() => Start("plan", "explain").ExitCode.Should().Be(2);

    [Fact]
    public void Exported_contracts_are_UTF8_lines_without_byte_order_mark()
    {
        ToolRun run = Start("export", "--store", incident.StorePath);

        run.ExitCode.Should().Be(0);
        run.Output.Should().StartWith("{\"schema_version\":1,").And.Be(ToolRun.Of("export", "--store", incident.StorePath).Output);
    }

    [Fact]
    public void A_missing_store_ends_with_3_and_prints_nothing()
    {
        ToolRun run = Start("list", "--store", incident.PathOf("none.db"));

        run.ExitCode.Should().Be(3);
        run.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("nope", 2, "no kernel is named \"nope\"")]
    [InlineData("reference", 3, "has no request")] // control: a kernel that there is gets past the choice of kernels, to the next mistake
    public void A_kernel_that_there_is_not_is_a_usage_error_and_no_defect(string kernel, int exitCode, string message)
    {
        string request = kernel == "nope" ? "b4-p0" : "nobody";
        ToolRun run = StartWith(kernel, "attribute", request, "--store", incident.StorePath, "--model", Incident.ModelPath, "--activations", "fp32", "--steps", "1");

        run.ExitCode.Should().Be(exitCode);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain(message).And.NotContain("defect").And.NotContain("   at ");
    }

    private static ToolRun Start(params string[] arguments) => StartWith(null, arguments);

    private static ToolRun StartWith(string? kernel, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (string argument in arguments.Prepend(typeof(CommandLine).Assembly.Location))
            start.ArgumentList.Add(argument);
        if (kernel is not null)
            start.Environment[KernelSelection.ForceVariable] = kernel;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
