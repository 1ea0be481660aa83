using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class DiffCommandTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void Equal_files_are_the_same()
    {
        string file = Npy("equal.npy", 0x3F800000, 0x40000000);
        ToolRun run = ToolRun.Of("diff", file, file);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("2 of fp32 [2]").And.Contain("same: all bits are equal");
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("4", 1)]
    [InlineData("5", 0)]
    public void A_difference_of_5_ulps_is_judged_by_max_ulps(string? allowed, int exitCode)
    {
        // 0x40000005 is five patterns above 2.0 = 0x40000000.
        (string a, string b) = (Npy("a5.npy", 0x3F800000, 0x40000000), Npy("b5.npy", 0x3F800000, 0x40000005));
        ToolRun run = ToolRun.Of(["diff", a, b, .. allowed is null ? Array.Empty<string>() : ["--max-ulps", allowed]]);

        run.ExitCode.Should().Be(exitCode);
        run.Output.Should().Contain("2 (0x40000000) and 2.0000012 (0x40000005), 5 ulps").And.Contain("4 to 7");
        run.Output.Split('\n').Skip(2).Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void Zeros_of_either_sign_differ_in_bits_and_not_in_ulps()
    {
        (string a, string b) = (Npy("plus.npy", 0), Npy("minus.npy", 0x80000000));

        ToolRun.Of("diff", a, b).ExitCode.Should().Be(1);
        ToolRun.Of("diff", a, b, "--max-ulps", "0").ExitCode.Should().Be(0);
    }

    [Fact]
    public void NaNs_are_judged_by_the_policy()
    {
        (string a, string b) = (Npy("nan1.npy", 0x7FC00000), Npy("nan2.npy", 0x7FC00001));

        ToolRun.Of("diff", a, b, "--max-ulps", "0").ExitCode.Should().Be(0);
        ToolRun.Of("diff", a, b, "--max-ulps", "0", "--nans", "payload").ExitCode.Should().Be(1);
        ToolRun.Of("diff", a, a, "--max-ulps", "0", "--nans", "never").ExitCode.Should().Be(1);
        ToolRun.Of("diff", a, a, "--nans", "sometimes").ExitCode.Should().Be(2);
    }

    [Fact]
    public void The_JSON_of_files_has_bits_histogram_and_quantiles()
    {
        (string a, string b) = (Npy("aj.npy", 0x3F800000, 0x40000000), Npy("bj.npy", 0x3F800000, 0x40000005));
        JsonElement json = ToolRun.Of("diff", a, b, "--json").Json;

        json.GetProperty("is_same").GetBoolean().Should().BeFalse();
        JsonElement diff = json.GetProperty("diff");
        diff.GetProperty("max_ulps").GetInt64().Should().Be(5);
        diff.GetProperty("first_bit_difference").GetProperty("bits_b").GetString().Should().Be("0x40000005");
        diff.GetProperty("histogram")[1].GetProperty("ulps_from").GetInt64().Should().Be(4);
        diff.GetProperty("ulps_over_different").GetProperty("p50").GetInt64().Should().Be(5);
    }

    [Fact]
    public void Raw_files_need_a_format()
    {
        string file = incident.PathOf("raw.bin");
        File.WriteAllBytes(file, [0x80, 0x3F, 0x00, 0x40]);

        ToolRun.Of("diff", file, file).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("--dtype"));
        ToolRun.Of("diff", file, file, "--dtype", "bf16").ExitCode.Should().Be(0);
        ToolRun.Of("diff", file, file, "--dtype", "bf16", "--shape", "2,1").Output.Should().Contain("[2,1]");
        ToolRun.Of("diff", file, file, "--dtype", "bf16", "--shape", "3").Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("holds 4"));
        ToolRun.Of("diff", file, file, "--dtype", "bf16", "--shape", "2x").ExitCode.Should().Be(2);
        ToolRun.Of("diff", file, file, "--dtype", "bf17").ExitCode.Should().Be(2);
        ToolRun.Of("diff", file, file, "--dtype", "bf16", "--max-ulps", "-1").ExitCode.Should().Be(2);
    }

    [Fact]
    public void Files_that_are_missing_or_do_not_compare_cannot_run()
    {
        (string two, string one) = (Npy("two.npy", 0, 0), Npy("one.npy", 0));

        ToolRun.Of("diff", two, incident.PathOf("none.npy")).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("there is no file"));
        ToolRun.Of("diff", two, one).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("shapes differ: [2] and [1]"));
    }

    [Fact]
    public void Options_of_the_other_form_are_usage_errors()
    {
        ToolRun.Of("diff", "a.npy", "b.npy", "--steps").ExitCode.Should().Be(2);
        ToolRun.Of("diff", "--store", incident.StorePath, "b1-p0", "b4-p0", "--max-ulps", "1").ExitCode.Should().Be(2);
    }

    [Fact]
    public void A_run_and_itself_are_the_same()
    {
        ToolRun run = ToolRun.Of("diff", "--store", incident.StorePath, "b1-p0", "b1-p0");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("request      equal (token ids)").And.Contain("same: every compared bit is equal");
    }

    [Fact]
    public void Runs_under_two_plans_differ_from_the_first_decode_step()
    {
        ToolRun run = ToolRun.Of("diff", "--store", incident.StorePath, "b1-p0", "b4-p0", "--steps", "--tokenizer", Incident.ModelPath);

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("equal (token ids)").And.MatchRegex("diverges +step 1").And.MatchRegex(@"\n +0 .*equal").And.MatchRegex(@"\n +1 .*differ");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void Runs_of_two_prompts_are_told_apart_by_their_requests()
    {
        ToolRun run = ToolRun.Of("diff", "--store", incident.StorePath, "b1-p0", "b1-p1", "--json");

        run.ExitCode.Should().Be(1);
        run.Json.GetProperty("verdict").GetString().Should().Be("different");
        run.Json.GetProperty("request").GetProperty("first_different_token_index").GetInt32().Should().Be(1);
        run.Json.GetProperty("steps").GetArrayLength().Should().Be(0);
    }

    private string Npy(string name, params uint[] bits)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({bits.Length},), }}".PadRight(117) + "\n";
        byte[] bytes = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[4 * bits.Length]];
        for (int index = 0; index < bits.Length; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(10 + header.Length + (4 * index)), bits[index]);
        File.WriteAllBytes(incident.PathOf(name), bytes);
        return incident.PathOf(name);
    }
}
