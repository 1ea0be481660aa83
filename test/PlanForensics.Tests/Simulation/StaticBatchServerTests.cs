using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using PlanForensics.Simulation;
using Xunit;

namespace PlanForensics.Tests.Simulation;

public sealed class StaticBatchServerTests
{
    private static readonly CpuReplayEngine Engine = new(KernelSelection.Default);

    private static readonly ReplayModel Model = new(SyntheticModel.Create(
        new ModelConfiguration
        {
            LayerCount = 2, HiddenSize = 32, HeadCount = 4, KeyValueHeadCount = 2, HeadDimension = 8, FeedForwardSize = 48, VocabularySize = 64, ContextLength = 24,
            Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate, Position = PositionKind.Rope, HasTiedHead = true,
        },
        seed: 3));

    private static readonly ExecutionPlan FewRows = PlanCatalog.Uniform(PlanCatalog.Gemms["split_k4"], NumericFormat.Fp32);
    private static readonly ExecutionPlan ManyRows = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Fp32);
    private static readonly ShapeBucketDispatcher Dispatcher = new(new ShapeBucket(2, FewRows), new ShapeBucket(null, ManyRows));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)] // five requests: the last group is one request and padding
    public void What_was_served_replays_bit_for_bit_under_the_dispatcher(int batchSize)
    {
        foreach (ExecutionContract contract in Serve(Dispatcher, batchSize))
        {
            ExecutionContract replay = ContractReplay.Run(Engine, Model, contract, new PlanSchedule("dispatcher", Dispatcher.PlanFor));
            replay.Steps.Select(step => step.Observation.LogitsHash).Should().Equal(contract.Steps.Select(step => step.Observation.LogitsHash));
            contract.FinishReason.Should().Be("length");
            contract.Steps[1].State.PaddedBatch.Should().Be(batchSize);
        }
    }

    [Fact]
    public void Batch_sizes_of_different_buckets_give_other_bits_and_one_plan_for_all_gives_the_same()
    {
        Hashes(Serve(Dispatcher, 1)).Should().NotEqual(Hashes(Serve(Dispatcher, 4)));
        Hashes(Serve(Dispatcher, 1)).Should().Equal(Hashes(Serve(Dispatcher, 2)), "both fall into the first bucket");
        var pinned = new ShapeBucketDispatcher(new ShapeBucket(null, ManyRows));
        Hashes(Serve(pinned, 1)).Should().Equal(Hashes(Serve(pinned, 4)));
    }

    [Fact]
    public void A_request_without_tokens_or_with_too_many_is_refused()
    {
        var server = new StaticBatchServer(Engine, Model, Dispatcher);
        var collector = new ContractCollector(new ModelIdentity { Name = "synthetic" });
        FluentActions.Invoking(() => server.Serve([new ServedRequest("r", new EffectiveRequest())], 1, 4, collector)).Should().Throw<ArgumentException>().WithMessage("*no token ids*");
        FluentActions.Invoking(() => server.Serve([new ServedRequest("s", EffectiveRequest.FromTokenIds(new int[24]))], 1, 4, collector))
            .Should().Throw<ArgumentException>().WithMessage("*24 tokens*1 to 23*");
    }

    private static IEnumerable<string?> Hashes(IReadOnlyList<ExecutionContract> contracts) =>
        contracts.SelectMany(contract => contract.Steps).Select(step => step.Observation.LogitsHash);

    private static IReadOnlyList<ExecutionContract> Serve(ShapeBucketDispatcher dispatcher, int batchSize)
    {
        var collector = new ContractCollector(new ModelIdentity { Name = "synthetic" });
        ServedRequest[] requests = [.. Enumerable.Range(0, 5).Select(index => new ServedRequest($"r{index}", EffectiveRequest.FromTokenIds([1, 5 + index, 9])))];
        new StaticBatchServer(Engine, Model, dispatcher).Serve(requests, batchSize, 8, collector);
        return collector.Contracts;
    }
}
