using System.Text.Json;
using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class PlanCommandTests
{
    // The programs follow from the definition of split-K: four slices of 64 terms, the first one the start of the chain.
    private const string SplitProgram = "k=256 a=fp32 b=fp32 : fp32(fma 0..63, [3 by 64: fp32(fma 64..127)]) -> round fp32";

    [Fact]
    public void Explain_prints_plan_program_and_class()
    {
        ToolRun run = ToolRun.Of("plan", "explain", "gemm split_k=4", "--shape", "8,64,256");

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Should().Be($"""
            plan         gemm split_k=4
            fingerprint  {PlanFingerprint.Of("gemm split_k=4").Hex}
            shape        M=8 N=64 K=256
            in words
              precision path: operand fp32, product exact, accumulator fp32, staging fp32,
              output fp32
              each output element: 256 terms in 4 accumulators with 3 merges between them
                the longest accumulator takes 64 terms itself, the shortest 64; chains nest
                2 deep
                accumulator in fp32, starting with its first item; it takes in order:
                  64 terms 0..63 by fma, one rounding each
                  accumulator in fp32, starting with its first item; it takes in order:
                    64 terms 64..127 by fma, one rounding each
                  accumulator in fp32, starting with its first item; it takes in order:
                    64 terms 128..191 by fma, one rounding each
                  accumulator in fp32, starting with its first item; it takes in order:
                    64 terms 192..255 by fma, one rounding each
                then the result is rounded to fp32
            program      {SplitProgram}
            class        {PlanFingerprint.Of(SplitProgram).Hex}

            """);
    }

    [Theory]
    [InlineData("split_k4")]
    [InlineData("gemm merge=forward split_k=4")]
    public void Explain_reads_names_and_texts_that_are_not_canonical(string text)
    {
        JsonElement json = ToolRun.Of("plan", "explain", text, "--shape", "8,64,256", "--json").Json;

        json.GetProperty("plan").GetString().Should().Be("gemm split_k=4");
        json.GetProperty("program").GetString().Should().Be(SplitProgram);
        json.GetProperty("words").EnumerateArray().Select(line => line.GetString()!.Trim()).Should().Contain("64 terms 64..127 by fma, one rounding each");
        json.GetProperty("class_fingerprint").GetString().Should().Be(PlanFingerprint.Of(SplitProgram).Hex);
        json.GetProperty("shape").GetProperty("depth").GetInt32().Should().Be(256);
        json.GetProperty("shape").GetProperty("has_bias").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public void Explain_joins_words_that_were_not_quoted() =>
        ToolRun.Of("plan", "explain", "gemm", "split_k=4", "--shape", "8,64,256").Output.Should().Contain(SplitProgram);

    [Fact]
    public void A_bias_is_part_of_the_program() =>
        ToolRun.Of("plan", "explain", "gemm", "--shape", "8,64,256", "--bias").Output.Should()
            .Contain("M=8 N=64 K=256, with bias").And.Contain("fma 0..255) -> bias fp32");

    [Theory]
    [InlineData("attention", "1 query position, 32 keys, head dimension 8")]
    [InlineData("norm", "1 row of 8")]
    public void The_shape_is_told_in_the_words_of_the_family(string plan, string shape) =>
        ToolRun.Of("plan", "explain", plan, "--shape", "1,32,8").Output.Should().Contain(shape);

    [Fact]
    public void Equal_programs_are_one_class_and_end_with_0()
    {
        ToolRun run = ToolRun.Of("plan", "diff", "gemm tile=64x64x16", "gemm", "--shape", "8,64,256");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("one class: equal programs").And.NotContain("program B");
    }

    [Fact]
    public void Different_programs_are_two_classes_and_end_with_1()
    {
        ToolRun run = ToolRun.Of("plan", "diff", "gemm", "split_k4", "--shape", "8,64,256", "--json");

        run.ExitCode.Should().Be(1);
        run.Json.GetProperty("is_same_class").GetBoolean().Should().BeFalse();
        run.Json.GetProperty("b").GetProperty("program").GetString().Should().Be(SplitProgram);
    }

    [Fact]
    public void List_names_every_plan_of_the_catalogue_in_80_columns()
    {
        ToolRun run = ToolRun.Of("plan", "list");

        run.ExitCode.Should().Be(0);
        foreach (string name in PlanCatalog.Operators.Keys)
            run.Output.Should().Contain(name);
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80 && !line.EndsWith(' '));
    }

    [Fact]
    public void List_as_JSON_gives_texts_that_parse_to_the_plans()
    {
        JsonElement[] plans = [.. ToolRun.Of("plan", "list", "--json").Json.GetProperty("plans").EnumerateArray()];

        plans.Should().HaveCount(PlanCatalog.Operators.Count);
        foreach (JsonElement plan in plans)
            OperatorPlan.Parse(plan.GetProperty("plan").GetString()!).Should().Be(PlanCatalog.Operators[plan.GetProperty("name").GetString()!]);
    }

    [Theory]
    [InlineData("split_k is a whole number", "gemm split_k=x", "8,64,256")]
    [InlineData("expected a plan family", "gem", "8,64,256")]
    [InlineData("near it are split_k4", "splitk4", "8,64,256")]
    [InlineData("M,N,K such as 8,64,256; got \"8,64\"", "gemm", "8,64")]
    [InlineData("M,N,K such as 8,64,256; got \"8,-1,2\"", "gemm", "8,-1,2")]
    [InlineData("got \"99999999999,1,1\"", "gemm", "99999999999,1,1")]
    public void A_wrong_text_or_shape_is_a_usage_error(string message, string text, string shape)
    {
        ToolRun run = ToolRun.Of("plan", "explain", text, "--shape", shape);

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain(message);
    }

    [Fact]
    public void A_plan_that_does_not_lower_cannot_run_and_says_why()
    {
        ToolRun run = ToolRun.Of("plan", "explain", "gemm slice_k=3", "--shape", "8,64,256");

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("slice_k=3 needs a tile K that it divides");
    }
}
