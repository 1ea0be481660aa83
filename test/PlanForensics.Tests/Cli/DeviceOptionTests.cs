using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary><c>--device</c>: other kernels, the same bits; and what is refused.</summary>
public sealed class DeviceOptionTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void A_replay_on_the_cpu_device_reproduces_every_recorded_bit_and_says_where_it_ran()
    {
        ToolRun run = Replay("b1-p0", "recorded", "--steps", "2", "--device", "ilgpu-cpu", "--save", "b1-p0-device");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("by gpu/ilgpu-cpu").And.Contain("2 of 2 steps bitwise equal");
        string saved = ToolRun.Of("export", "--store", incident.StorePath, "--request", "b1-p0-device").Output;
        saved.Should().Contain("ILGPU CPU device").And.Contain("\"ilgpu\":\"1.5.3\"");
    }

    [Fact]
    public void Another_plan_differs_there_too_and_the_kernels_are_named() // negative control
    {
        ToolRun run = Replay("b4-p0", "gemm split_k=4", "--activations", "fp32", "--steps", "1", "--device", "ilgpu-cpu");

        run.ExitCode.Should().Be(1);
        run.Output.Should().MatchRegex(@"kernel\s+turnstile: \d+ products");
        ToolRun tree = Replay("b4-p0", "gemm split_k=4 merge=butterfly", "--activations", "fp32", "--steps", "1", "--device", "ilgpu-cpu", "--json");
        JsonElement kernels = tree.Json.GetProperty("kernels");
        kernels.EnumerateArray().Should().ContainSingle(static use => use.GetProperty("kernel").GetString() == "workspace and second kernel"
            && use.GetProperty("reason").GetString() == "no turnstile: slices are not added one after the other");
    }

    [Fact]
    public void Attribution_finds_the_same_classes()
    {
        JsonElement cpu = Attribute("cpu");
        JsonElement device = Attribute("ilgpu-cpu");

        device.GetProperty("state").GetString().Should().Be(cpu.GetProperty("state").GetString()).And.Be("identified");
        device.GetRawText().Should().Be(cpu.GetRawText());
    }

    [Fact]
    public void Bisection_finds_the_same_operator()
    {
        string plain = "@" + incident.Write("device-plain.txt", Incident.ManyRows.Text);
        string changed = "@" + incident.Write("device-changed.txt", Incident.ManyRows.Text + "\ndecode 1 up_proj = gemm split_k=4");
        JsonElement Bisect(string device) => ToolRun.Of(
            "bisect", "b4-p0", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--plan-a", plain, "--plan-b", changed, "--target", "bits", "--step", "1", "--device", device, "--json").Json;

        JsonElement device = Bisect("ilgpu-cpu");

        device.GetProperty("groups")[0].GetProperty("operators")[0].GetProperty("name").GetString().Should().Be("layer 1 up_proj");
        device.GetRawText().Should().Be(Bisect("cpu").GetRawText());
    }

    [Theory]
    [InlineData("cuda:9", 3, "device cuda:9: ")]
    [InlineData("opencl:9", 3, "device opencl:9: ")]
    [InlineData("cuda:x", 2, "no device is named \"cuda:x\"; expected cpu, ilgpu-cpu, cuda, cuda:N, opencl or opencl:N")]
    [InlineData("gpu", 2, "no device is named \"gpu\"")]
    public void A_device_that_is_not_there_is_refused(string device, int exitCode, string message)
    {
        ToolRun run = Replay("b1-p0", "recorded", "--device", device);

        run.ExitCode.Should().Be(exitCode);
        run.Error.Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    private JsonElement Attribute(string device)
    {
        string candidates = incident.Write("device-candidates.txt", "[sequential]\ngemm\n[split]\ngemm split_k=4\n");
        return ToolRun.Of("attribute", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--candidates", candidates, "--activations", "fp32", "--steps", "1", "--device", device, "--json").Json;
    }

    private ToolRun Replay(string request, string plan, params string[] options) =>
        ToolRun.Of(["replay", request, "--store", incident.StorePath, "--model", Incident.ModelPath, "--plan", plan, .. options]);
}
