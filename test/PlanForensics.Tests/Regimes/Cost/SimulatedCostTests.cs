using FluentAssertions;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Cost;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Regimes.Cost;

public sealed class SimulatedCostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_links_of_a_simulated_engine_are_recovered_from_its_store()
    {
        // 2 x 32 layers all-reduces of 8 us; a rank moves 2 (4 - 1) / 4 of the bytes over links of 300 GB/s.
        const double alpha = 2 * 32 * 8e-6 * 1000;
        const double beta = 300 / 1.5;
        TrafficTrace trace = new("test", DateTimeOffset.UnixEpoch, Enumerable.Range(0, 30).Select(index => new TrafficRequest { ArrivalTicks = index * 400_000, PromptTokens = 40 + (index * 67 % 600), OutputTokens = 8 + (index % 9) }));
        SimulationOptions options = new() { TensorParallel = 4, Seed = 5, Jitter = 0.05 };
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Record(EngineSimulation.Describe(trace, options), sink => EngineSimulation.Run(trace, options, sink));

        CostModel model = CostModel.Fit(StepTimeline.Read(store));

        model.GpuTimeIncludesWaiting.Should().BeFalse("the simulation records each rank's own work and the transfer");
        model.Comms.Where(fit => fit.BetaGbPerS is not null).Should().NotBeEmpty().And.OnlyContain(fit => Math.Abs(fit.AlphaMs!.Value - alpha) < 1e-9 && Math.Abs(fit.BetaGbPerS!.Value - beta) < 1e-6);
        CostComparison comparison = CostComparison.Of(model);
        comparison.PredictedCount.Should().Be(comparison.StepCount);
        comparison.Residuals!.MedianAbsolute.Should().BeLessThan(0.2);
        model.Steps().Should().OnlyContain(cost => cost.Recorded.SyncMs >= 0 && cost.Recorded.CommMs > 0);
    }
}
