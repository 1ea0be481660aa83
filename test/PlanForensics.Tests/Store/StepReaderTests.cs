using System.Text.Json;
using FluentAssertions;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;
using PlanForensics.Tests.Regimes;
using PlanForensics.Tests.Simulation.Batching;
using Xunit;

namespace PlanForensics.Tests.Store;

/// <summary>Streaming the steps of a store: past SQLite's column functions, and by them as with an SQLite of the application's.</summary>
public sealed class StepReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_library_s_own_SQLite_is_read_past_its_column_functions() => NativeValues.IsUsable.Should().BeTrue();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Steps_come_as_contracts_in_memory_give_them(bool native)
    {
        ExecutionContract[] contracts = [Full("a"), Full("b"), Records.Contract("c", [Bare(0), Bare(1)], "other")];
        using (ContractStore store = ContractStore.Open(_folder.File()))
            foreach (ExecutionContract contract in contracts)
                store.Write(contract);
        Received expected = new();
        new ContractStepSource(contracts).ReadSteps(expected);

        Received read = Read(native);

        read.Requests.Should().Equal(expected.Requests);
        read.Steps.Should().Equal(expected.Steps);
        expected.Steps.Should().HaveCount(10).And.Contain(step => step.LogitsSha256 != null && step.ChosenToken == 3).And.Contain(step => step.RecordedRegime == "paging")
            .And.Contain(step => step.Retransmits == 0 && step.PagingActive == false && step.AdmissionTimeMs == 0).And.Contain(step => step.StartedAt == null && step.Retransmits == null);
    }

    [Fact]
    public void Steps_of_engine_runs_come_alike_both_ways()
    {
        Simulate();

        Received read = Read(native: true);

        read.Steps.Should().HaveCountGreaterThan(50).And.Equal(Read(native: false).Steps);
        read.Requests.Should().Equal(Read(native: false).Requests);
    }

    [Theory]
    [InlineData("gpu_time_ms = -1.5", "gpu_time_ms is -1.5, expected a finite number of 0 or more")]
    [InlineData("vram_free_mb = 9e999", "vram_free_mb is Infinity, expected a finite number of 0 or more")]
    [InlineData("batch_size = -2", "batch_size is -2, expected 0 or more")]
    [InlineData("started_at = 'yesterday'", "\"yesterday\" is no time of the form")]
    [InlineData("started_at = '2026-03-01T1x:00:00.0000000Z'", "\"1x\" is no number in a time")]
    [InlineData("key_length = 5000000000", "overflow")]
    [InlineData("profile_id = 77", "profile 77 is missing")]
    [InlineData("extra = '{\"state\":{\"regime\":'||'}}'", "")]
    public void A_damaged_value_ends_the_reading_and_is_told(string damage, string message)
    {
        using (ContractStore store = ContractStore.Open(_folder.File()))
            store.Write(Full("a"));
        SqliteRows.Execute(_folder.File(), $"PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; UPDATE steps SET {damage} WHERE step_index = 2");
        using ContractStore damaged = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        Received read = new();

        foreach (int attempt in (int[])[1, 2])
            damaged.Invoking(store => store.ReadSteps(read)).Should().Throw<ContractStoreException>().Which.Problem.Should().Be(ContractStoreProblem.Corrupt);

        damaged.Invoking(store => store.ReadSteps(read)).Should().Throw<ContractStoreException>().WithMessage($"*{message}*");
        read.Steps.Should().HaveCount(3 * 2, "the steps before it were read, none after it");
        FluentActions.Invoking(() => Read(native: false)).Should().Throw<Exception>().WithMessage($"*{message}*");
    }

    [Fact]
    public void A_query_that_SQLite_would_sort_is_refused()
    {
        using (ContractStore store = ContractStore.Open(_folder.File()))
            store.Write(Full("a"));
        using SqliteConnection connection = SqliteRows.Open(_folder.File());
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT profile_id FROM steps";
        StepDecoder decoder = new(new() { [(long)command.ExecuteScalar()!] = Bare(0) }, [], []);
        using StepRows sorted = new FunctionRows(connection, StepQuery.Single with { Source = "FROM steps ORDER BY gpu_time_ms DESC" }, decoder);
        using StepRows inOrder = new FunctionRows(connection, StepQuery.Single with { Name = "other" }, decoder);

        sorted.Invoking(rows => rows.Next()).Should().Throw<InvalidOperationException>().WithMessage("*4 rows for one*");
        inOrder.Next().Should().BeTrue();
    }

    [Fact]
    public void Reading_can_be_cancelled_and_begun_again()
    {
        Simulate();
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        using CancellationTokenSource cancel = new();
        cancel.Cancel();

        store.Invoking(reading => reading.ReadSteps(new Received(), cancel.Token)).Should().Throw<OperationCanceledException>();

        Received read = new();
        store.ReadSteps(read, CancellationToken.None);
        read.Steps.Should().Equal(Read(native: true).Steps);
    }

    [Fact]
    public void A_sink_that_throws_ends_the_reading()
    {
        Simulate();
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);

        store.Invoking(reading => reading.ReadSteps(new Received { Most = 7 })).Should().Throw<NotSupportedException>().WithMessage("enough");

        store.List().Should().NotBeEmpty();
    }

    private static ExecutionContract Full(string id) => Records.Contract(
        id,
        Enumerable.Range(0, 4).Select(step => Records.Quiet(step) with
        {
            Phase = step == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
            PaddedBatch = 8,
            BatchTokens = 3,
            AdmissionTimeMs = 0,
            WorkspaceFreeBytes = 5_000_000_000,
            KvRegime = step == 3 ? "größer" : "",
            KvPoolUsedMb = 17.25,
            L2HitRate = 0.5,
            FallbackCount = step,
            DequantizeCount = 2,
            RequantizeCount = 0,
            Collective = new CollectiveState { Type = "ring", CommTimeMs = 0.25, RankSkewMs = 1e-300, EffectiveBandwidthGbPerS = 1e300, Retransmits = 0 },
            UnknownFields = step == 1 ? new UnknownFields([KeyValuePair.Create("regime", JsonSerializer.SerializeToElement("paging"))]) : null,
        }),
        observe: state => state.StepIndex == 2
            ? StepObservation.FromLogits(TensorValue.FromFp32([0, 1, 2, 9], 4), chosenToken: 3, topK: 2, keepLogits: true)
            : new StepObservation { ChosenToken = 3, LogitsSha256 = state.StepIndex == 1 ? new string('a', 64) : null, LogitsFormat = state.StepIndex == 1 ? NumericFormat.Fp32 : null },
        tokens: [1, 2]);

    private static StepState Bare(int step) => new() { StepIndex = step, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1 } };

    private void Simulate()
    {
        SimulationOptions options = RecordedRun.Options(24, 2, 8) with { TensorParallel = 2, IsolationClasses = 2, Disturbances = [Disturbance.Parse("strict@0.004-0.02")], Seed = 3 };
        TrafficTrace trace = RecordedRun.Trace([.. Enumerable.Range(0, 9).Select(index => (index * 0.7, 3 + (2 * index % 7), 2 + index))]);
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Record(EngineSimulation.Describe(trace, options), sink => EngineSimulation.Run(trace, options, sink));
    }

    private Received Read(bool native)
    {
        using SqliteConnection connection = SqliteRows.Open(_folder.File());
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        Received received = new();
        new StepReader(connection, transaction, native).Read(received, CancellationToken.None);
        return received;
    }

    private sealed class Received : IStepSink
    {
        public List<RequestRow> Requests { get; } = [];

        public List<StepRow> Steps { get; } = [];

        public int Most { get; init; } = int.MaxValue;

        public void Begin(RequestRow request) => Requests.Add(request);

        public void Step(in StepRow step)
        {
            if (Steps.Count == Most)
                throw new NotSupportedException("enough");
            Steps.Add(step);
        }
    }
}
