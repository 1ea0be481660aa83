using System.Globalization;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Cli;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class KernelCommandTests
{
    private const string Nvjet = "nvjet_tst_64x8_64x16_1x4_h_bz_splitK_bias_TNT";

    private static readonly string[] Fields =
    [
        "name", "family", "operator", "tile", "instruction", "stages", "cluster", "split_k", "slice_k", "operand_format", "accumulator_format", "output_format",
        "workspace_format", "layout", "architecture", "truncated",
    ];

    [Fact]
    public void Json_has_every_field_of_a_name_and_null_for_what_it_does_not_say()
    {
        ToolRun run = ToolRun.Of("kernel", Nvjet, "--json");

        run.ExitCode.Should().Be(0, run.Error);
        run.Json.EnumerateObject().Select(field => field.Name).Should().Equal(Fields);
        run.Json.GetProperty("family").GetString().Should().Be("nvjet");
        run.Json.GetProperty("tile").GetRawText().Should().Be("""{"m":64,"n":8,"k":64}""");
        run.Json.GetProperty("cluster").GetRawText().Should().Be("""{"m":1,"n":4,"k":null}""");
        run.Json.GetProperty("split_k").GetBoolean().Should().BeTrue();
        run.Json.GetProperty("instruction").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void A_count_of_splits_is_a_number()
    {
        ToolRun run = ToolRun.Of("kernel", "_gemm_a8w8_kernel_BLOCK_SIZE_M_16_BLOCK_SIZE_N_64_BLOCK_SIZE_K_128_NUM_KSPLIT_4_", "--json");

        run.Json.GetProperty("split_k").GetInt32().Should().Be(4);
    }

    [Fact]
    public void Names_come_from_standard_input_one_a_line_in_order()
    {
        using StringWriter output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using StringReader input = new($"{Nvjet}\r\n\nno_such_kernel\nvolta_sgemm_128x64_nn");

        CommandLine.Run(["kernel", "--json"], new Session(output, TextWriter.Null) { Input = input }).Should().Be(0);

        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("family").GetString()).Should().Equal("nvjet", "unknown", "cublas_volta");
    }

    [Fact]
    public void Text_shows_what_a_name_says_and_leaves_the_rest_out()
    {
        ToolRun run = ToolRun.Of("kernel", "volta_sgemm_128x64_nn", "x");

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Be("""
            name         volta_sgemm_128x64_nn
            family       cublas_volta
            operator     gemm
            tile         M 128, N 64, K ?
            operand      fp32
            accumulator  fp32
            output       fp32
            layout       nn
            architecture volta

            name         x
            family       unknown

            """.ReplaceLineEndings("\n"));
    }
}
