using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Store;
using PlanForensics.Tests.Models;
using PlanForensics.Tests.Regimes;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CostCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_store_is_fitted_and_every_step_set_against_the_model()
    {
        string store = Store();

        ToolRun text = ToolRun.Of("cost", "--store", store, "--top", "3");
        ToolRun json = ToolRun.Of("cost", "--store", store, "--all-steps", "--json");

        text.ExitCode.Should().Be(0, text.Error);
        text.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        text.Output.Should().Contain("comm ring, 2 ranks: alpha 0.1 ms").And.Contain("beta 1 GB/s").And.Contain("furthest from the model");
        json.Json.GetProperty("comms")[0].GetProperty("beta_gb_per_s").GetDouble().Should().BeApproximately(1, 1e-9);
        json.Json.GetProperty("steps").GetArrayLength().Should().Be(24);
        json.Json.GetProperty("step_count").GetInt32().Should().Be(24);
        json.Json.GetProperty("furthest").GetArrayLength().Should().Be(10);
    }

    [Fact]
    public void A_product_shows_fragments_and_workspace()
    {
        ToolRun run = ToolRun.Of("cost", "--shape", "8,4096,4096", "--device", "sm_90", "--operand", "bf16", "--plan", "gemm split_k=4 out=bf16", "--json");

        run.ExitCode.Should().Be(0, run.Error);
        run.Json.GetProperty("product").GetProperty("utilization").GetDouble().Should().Be(0.125);
        run.Json.GetProperty("product").GetProperty("workspace_bytes").GetInt64().Should().Be(524_288);
        ToolRun.Of("cost", "--shape", "17,8,16", "--kernel", "sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_tilesize192x128x32_stage3_warpsize4x2x1_tensor16x8x16_kernel").Output.Should().Contain("53.13 % useful");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2, "--shape", "8,8,8")]
    [InlineData(2, "--shape", "8,8,8", "--device", "sm_90")]
    [InlineData(2, "--shape", "8,8,8", "--instruction", "16x8")]
    [InlineData(2, "--shape", "8,8,8", "--plan", "norm")]
    [InlineData(2, "--store", "x.db", "--shape", "8,8,8")]
    [InlineData(2, "--store", "x.db", "--gpu-time", "perhaps")]
    [InlineData(3, "--store", "x.db")]
    [InlineData(3, "--shape", "8,8,8", "--device", "a toaster", "--operand", "bf16")]
    [InlineData(3, "--shape", "8,8,8", "--kernel", "my_kernel")]
    public void Wrong_lines_print_no_result(int exitCode, params string[] arguments)
    {
        ToolRun run = ToolRun.Of(["cost", .. arguments]);

        run.ExitCode.Should().Be(exitCode, run.Error);
        run.Output.Should().BeEmpty();
    }

    private string Store()
    {
        string path = Path.Combine(_folder.Path, "cost.db");
        using ContractStore store = ContractStore.Open(path);
        store.Write(Records.Contract("a", Enumerable.Range(0, 24).Select(index => Records.Quiet(index / 2, index % 2) with
        {
            GpuTimeMs = 3 + (0.01 * (index / 2)),
            Collective = new CollectiveState { Type = "ring", MessageBytes = 1000 * (1 + (index / 2)), CommTimeMs = 0.1 + (1e-6 * 1000 * (1 + (index / 2))) },
        })));
        return path;
    }
}
