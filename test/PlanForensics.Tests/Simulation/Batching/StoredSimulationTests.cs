using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Simulation.Batching;

/// <summary>What a store makes of a simulation: contracts with steps, as if each had been recorded.</summary>
public sealed class StoredSimulationTests : IDisposable
{
    private static readonly SimulationOptions Options = RecordedRun.Options(24, 2, 8) with { TensorParallel = 2, IsolationClasses = 2, Disturbances = [Disturbance.Parse("strict@0.004-0.02")], Seed = 3 };

    private static readonly TrafficTrace Trace = RecordedRun.Trace([.. Enumerable.Range(0, 9).Select(index => (index * 0.7, 3 + (2 * index % 7), 2 + index))]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Spans_come_back_as_the_steps_that_they_stand_for()
    {
        RecordedRun run = RecordedRun.Of(Trace, Options);
        using ContractStore store = Record(_folder.File());

        run.Requests.Should().Contain(item => item.Spans.Any(span => span.Stride > 1)).And.Contain(item => item.Spans.Any(span => span.StepCount > 3));
        foreach ((ExecutionContract request, IReadOnlyList<StepSpan> spans) in run.Requests)
            store.Get(request.RequestId).Should().Be(request with { Steps = Expand(run, spans).ToValueList() });
        SqliteRows.Read(_folder.File(), "SELECT count(*), count(DISTINCT batch_fingerprint) > 3 FROM v_steps").Should().Equal($"{2 * run.Summary.RequestSteps}|1");
        SqliteRows.Read(_folder.File(), "SELECT sum(step_count) FROM v_requests").Should().Equal($"{2 * run.Summary.RequestSteps}");
        SqliteRows.Read(_folder.File(), "SELECT name, origin, rank_count, iteration_count, request_count, description ->> '$.seed' FROM v_engine_runs").Should().Equal($"sim|simulated|2|{run.Summary.Iterations}|9|3");
        SqliteRows.Read(_folder.File(), "SELECT count(*) FROM v_engine_steps WHERE plan_fingerprint IS NOT NULL AND kernel_variant LIKE 'nvjet%'").Should().Equal($"{2 * run.Summary.Iterations}");
        store.Verify().Should().BeEmpty();
    }

    [Fact]
    public void The_timeline_has_every_iteration_once_with_its_requests()
    {
        RecordedRun run = RecordedRun.Of(Trace, Options);
        using ContractStore store = Record(_folder.File());

        StepTimeline timeline = StepTimeline.Read(store);

        timeline.Steps.Select(step => (step.Index, step.Rank, step.BatchTokens, step.StartedAt)).Should().Equal(run.Iterations.Select(item => (item.Ordinal, item.State.Rank, item.State.BatchTokens, item.State.StartedAt)));
        timeline.Steps.Where(step => step.Rank == 0).Select(step => string.Join(' ', step.Members.OrderBy(member => member.RequestId, StringComparer.Ordinal).Select(member => $"{int.Parse(member.RequestId[4..], null)}:{member.QueryLength}@{member.KeyLength}")))
            .Should().Equal(run.Lines().Select(line => line.Replace("+", "", StringComparison.Ordinal)));
        timeline.DisagreeingSteps.Should().Be(0);
    }

    [Fact]
    public void An_export_imports_as_recorded_steps_with_equal_contracts()
    {
        using ContractStore store = Record(_folder.File());
        using MemoryStream lines = new();
        store.Export(lines);
        lines.Position = 0;
        using ContractStore other = ContractStore.Open(_folder.File("other.db"));

        other.Import(lines).Imported.Should().Be(9);

        other.Get("sim-000003").Should().Be(store.Get("sim-000003"));
        string columns = "request_id, step_index, rank, phase, query_length, key_length, batch_tokens, gpu_time_ms, queue_time_ms, kv_pool_used_mb, comm_time_ms, kernel_variant, plan_fingerprint";
        SqliteRows.Read(_folder.File("other.db"), $"SELECT {columns} FROM v_steps ORDER BY 1, 2, 3")
            .Should().Equal(SqliteRows.Read(_folder.File(), $"SELECT {columns} FROM v_steps ORDER BY 1, 2, 3"));
        SqliteRows.Read(_folder.File("other.db"), "SELECT count(*) FROM v_engine_steps").Should().Equal("0");
    }

    [Fact]
    public void One_seed_gives_one_store_and_another_seed_another()
    {
        string Content(string file)
        {
            using ContractStore store = ContractStore.Open(file, ContractStoreMode.ReadOnly);
            using MemoryStream lines = new();
            store.Export(lines);
            return Encoding.UTF8.GetString(lines.ToArray()) + string.Join('\n', SqliteRows.Read(file, "SELECT * FROM v_engine_steps ORDER BY ordinal, rank"));
        }

        Record(_folder.File("a.db")).Dispose();
        Record(_folder.File("b.db")).Dispose();
        Record(_folder.File("c.db"), Options with { Seed = 4, Jitter = 0.5 }).Dispose();

        Content(_folder.File("a.db")).Should().Be(Content(_folder.File("b.db"))).And.NotBe(Content(_folder.File("c.db")));
        File.ReadAllBytes(_folder.File("a.db")).Should().Equal(File.ReadAllBytes(_folder.File("b.db")), "even the files are equal");
    }

    [Fact]
    public void A_name_that_is_taken_changes_nothing()
    {
        using ContractStore store = Record(_folder.File());

        FluentActions.Invoking(() => Record(_folder.File())).Should().Throw<ContractStoreException>().WithMessage("*has a run \"sim\"*another name*").Which.Problem.Should().Be(ContractStoreProblem.Conflict);
        FluentActions.Invoking(() => store.Record(new EngineRun("other", "simulated", 2, new ValueMap([])), sink => EngineSimulation.Run(Trace, Options, sink)))
            .Should().Throw<ContractStoreException>().WithMessage("*has a request \"sim-*");
        SqliteRows.Read(_folder.File(), "SELECT count(*) FROM v_engine_runs").Should().Equal("1");
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        using CancellationTokenSource cancel = new();

        FluentActions.Invoking(() => store.Record(EngineSimulation.Describe(Trace, Options), sink => EngineSimulation.Run(Trace, Options, new CancelAfter(sink, 5, cancel), cancellation: cancel.Token)))
            .Should().Throw<OperationCanceledException>();

        SqliteRows.Read(_folder.File(), "SELECT (SELECT count(*) FROM engine_runs) + (SELECT count(*) FROM engine_steps) + (SELECT count(*) FROM requests)").Should().Equal("0");
    }

    private static IEnumerable<ContractStep> Expand(RecordedRun run, IReadOnlyList<StepSpan> spans)
    {
        foreach (StepSpan span in spans)
        {
            for (int step = 0; step < span.StepCount; step++)
            {
                foreach (EngineIteration iteration in run.Iterations.Where(item => item.Ordinal == span.FirstOrdinal + (step * span.Stride)))
                {
                    StepState state = iteration.State with
                    {
                        StepIndex = span.FirstStepIndex + step,
                        Phase = span.Phase,
                        Shape = iteration.State.Shape with { QueryLength = span.QueryLength, KeyLength = span.FirstKeyLength + (step * span.QueryLength) },
                        AdmittedAt = step == 0 ? span.AdmittedAt : null,
                        QueueTimeMs = span.QueueTimeMs,
                    };
                    yield return new ContractStep { State = state, Observation = new StepObservation() };
                }
            }
        }
    }

    private static ContractStore Record(string file, SimulationOptions? options = null)
    {
        ContractStore store = ContractStore.Open(file);
        try
        {
            store.Record(EngineSimulation.Describe(Trace, options ?? Options), sink => EngineSimulation.Run(Trace, options ?? Options, sink));
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private sealed class CancelAfter(IEngineRunSink inner, int iterations, CancellationTokenSource cancel) : IEngineRunSink
    {
        private int _left = iterations;

        public void Iteration(in EngineIteration iteration)
        {
            inner.Iteration(iteration);
            if (--_left == 0)
                cancel.Cancel();
        }

        public void Request(ExecutionContract request, IReadOnlyList<StepSpan> spans) => inner.Request(request, spans);
    }
}
