using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using PlanForensics.Tests.Regimes;
using Xunit;

namespace PlanForensics.Tests.Store;

/// <summary>The kept count of a request's steps: always that of its rows, however they came.</summary>
public sealed class StepCountTests : IDisposable
{
    private const string Kept = "SELECT request_id, own_step_count FROM requests ORDER BY request_id";
    private static readonly EffectiveRequest Request = EffectiveRequest.FromTokenIds([1]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_written_contract_s_steps_are_counted_at_once_and_those_of_an_import_at_its_end()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(Records.Contract("a", [Records.Quiet(0), Records.Quiet(1)]));
        store.Write(Records.Contract("none", []));

        store.Import(new TelemetryOrigin("test", "here", new string('0', 64), Records.Start), sink =>
        {
            ExecutionContract whole = Records.Contract("b", [Records.Quiet(0), Records.Quiet(1), Records.Quiet(2)]);
            sink.Begin(whole with { Steps = [] });
            foreach (ContractStep step in whole.Steps)
                sink.Step("b", step);
            return [];
        });

        SqliteRows.Read(_folder.File(), Kept).Should().Equal("a|2", "b|3", "none|0");
        Listed(store).Should().Equal(("a", 2), ("b", 3), ("none", 0));
        store.Verify().Should().BeEmpty();
    }

    [Fact]
    public void A_recording_is_counted_when_it_is_complete_and_again_when_queued_steps_come_after()
    {
        RequestRecording complete;
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block }))
        {
            complete = recorder.Begin("complete", ContractSamples.Model, Request);
            RequestRecording open = recorder.Begin("open", ContractSamples.Model, Request);
            foreach (RequestRecording recording in (RequestRecording[])[complete, open])
                for (int index = 0; index < 3; index++)
                    recording.Step(ContractSamples.State(index), new StepObservation());
            complete.Complete("stop");
        }

        SqliteRows.Read(_folder.File(), Kept).Should().Equal("complete|3", "open|");
        using ContractStore store = ContractStore.Open(_folder.File());
        Listed(store).Should().Equal(("complete", 3), ("open", 3));

        using RecorderBatch late = new(_folder.File(), new ContractStoreOptions(), new ConcurrentQueue<RequestRecording>(), NullLogger.Instance);
        late.Add(new RecorderItem { Recording = complete, State = ContractSamples.State(3), Observation = new StepObservation() });
        late.TryWrite().Should().BeNull();

        Listed(store).Should().Equal(("complete", 4), ("open", 3));
        SqliteRows.Read(_folder.File(), Kept).Should().Equal("complete|4", "open|");
        store.Verify().Should().BeEmpty();
    }

    [Fact]
    public void An_upgraded_store_keeps_the_counts_of_complete_requests_and_counts_the_others()
    {
        using (SqliteConnection connection = SqliteRows.Open(_folder.File()))
            StoreMigrations.Run(connection, StoreConnection.ApplicationId, upTo: 4);
        SqliteRows.Execute(_folder.File(), """
            INSERT INTO models (identity) VALUES ('{"name":"old"}');
            INSERT INTO profiles (sha256, state) VALUES ('0', '{"step_index":0,"phase":"prefill","shape":{"query_length":1,"key_length":1}}');
            INSERT INTO requests (request_id, schema_version, recorded_at, completed_at, model_id, x)
              SELECT value, 1, '2026-03-01T12:00:00.0000000Z', iif(value = 'open', NULL, '2026-03-01T12:00:01.0000000Z'), 1, '{}' FROM json_each('["done","open"]');
            INSERT INTO steps (request_key, step_index, rank, profile_id, phase, query_length, key_length)
              SELECT request_key, value, 0, 1, 'decode', 1, 1 FROM requests, json_each('[0,1,2,3,4]');
            """);

        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadWrite);

        SqliteRows.Read(_folder.File(), Kept).Should().Equal("done|5", "open|");
        Listed(store).Should().Equal(("done", 5), ("open", 5));
    }

    [Fact]
    public void Verification_finds_a_count_that_is_not_that_of_the_rows()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        store.Write(Records.Contract("a", [Records.Quiet(0), Records.Quiet(1)]));
        SqliteRows.Execute(_folder.File(), "UPDATE requests SET own_step_count = 7");

        store.Verify().Should().Equal("step count: request a says 7 steps and has 2");
    }

    private static IEnumerable<(string, long)> Listed(ContractStore store) =>
        store.List().Select(request => (request.RequestId, request.StepCount)).Order();
}
