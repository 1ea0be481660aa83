using System.Diagnostics;
using FluentAssertions;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class RecorderTests : IDisposable
{
    private static readonly EffectiveRequest Request = EffectiveRequest.FromTokenIds([1, 2]);
    private static readonly RecorderOptions Blocking = new() { WhenFull = QueueFullPolicy.Block };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_recorded_is_in_the_store_after_disposal()
    {
        ExecutionContract expected = ContractSamples.Small(steps: 50);
        using (Recorder recorder = Recorder.Start(_folder.File(), Blocking))
        {
            RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, expected.Request, "replica 3");
            foreach (ContractStep step in expected.Steps)
                recording.Step(step.State, step.Observation).Should().BeTrue();
            recording.Complete("stop");
            recording.Complete("again");
        }

        ExecutionContract read = Read("r1");
        read.Steps.Should().Equal(expected.Steps);
        read.Request.Should().Be(expected.Request);
        (read.FinishReason, read.Replica, read.CompletedAt >= read.RecordedAt, read.DroppedSteps).Should().Be(("stop", "replica 3", true, null));
    }

    [Fact]
    public void Samples_are_recorded_like_states_and_observations()
    {
        StepState baseline = ContractSamples.State(0) with { Collective = new CollectiveState { Type = "ring" }, KernelVariant = "k", VramFreeMb = 5 };
        StepSample sample = new()
        {
            StepIndex = 3,
            Phase = ExecutionPhase.Decode,
            QueryLength = 1,
            KeyLength = 9,
            BatchSize = 4,
            QueueTimeMs = 1.5,
            CommTimeMs = 0.25,
            ChosenToken = 11,
            LogitsFormat = NumericFormat.Bf16,
            Top1Token = 11,
            Top1Bits = 0x3FC0,
            Top2Token = 12,
            Top2Bits = 0x3F80,
        };
        using (Recorder recorder = Recorder.Start(_folder.File(), Blocking))
            recorder.Begin("r1", ContractSamples.Model, Request).Step(baseline, sample);

        ContractStep read = Read("r1").Steps.Should().ContainSingle().Which;
        read.State.Should().Be(baseline with
        {
            StepIndex = 3,
            Phase = ExecutionPhase.Decode,
            Shape = baseline.Shape with { QueryLength = 1, KeyLength = 9 },
            BatchSize = 4,
            QueueTimeMs = 1.5,
            Collective = baseline.Collective! with { CommTimeMs = 0.25 },
        });
        read.Observation.Should().Be(new StepObservation
        {
            ChosenToken = 11,
            LogitsFormat = NumericFormat.Bf16,
            Top1 = RecordedLogit.FromBits(11, NumericFormat.Bf16, 0x3FC0),
            Top2 = RecordedLogit.FromBits(12, NumericFormat.Bf16, 0x3F80),
        });
    }

    [Fact]
    public void Steps_from_many_threads_all_arrive()
    {
        RecorderOptions options = Blocking with { Capacity = 64, BatchSteps = 10 };
        using (Recorder recorder = Recorder.Start(_folder.File(), options))
        {
            RequestRecording shared = recorder.Begin("shared", ContractSamples.Model, Request);
            Parallel.For(0, 8, thread =>
            {
                RequestRecording own = recorder.Begin($"own{thread}", ContractSamples.Model, Request);
                for (int index = 0; index < 200; index++)
                {
                    own.Step(ContractSamples.State(index), new StepObservation { ChosenToken = index });
                    shared.Step(ContractSamples.State((thread * 200) + index), new StepObservation { ChosenToken = thread });
                }

                own.Complete();
            });
            recorder.Flush();
            recorder.WrittenCount.Should().Be(3200);
            recorder.DroppedCount.Should().Be(0);
        }

        Read("shared").Steps.Select(step => step.State.StepIndex).Should().Equal(Enumerable.Range(0, 1600));
        for (int thread = 0; thread < 8; thread++)
            Read($"own{thread}").ChosenTokens.Should().Equal(Enumerable.Range(0, 200));
    }

    [Fact]
    public void A_full_queue_drops_and_counts_when_told_to()
    {
        long reported = 0;
        long dropped;
        RecorderOptions options = new()
        {
            WhenFull = QueueFullPolicy.DropAndCount,
            Capacity = 8,
            BatchInterval = TimeSpan.FromMilliseconds(1),
            OnDropped = count => reported += count,
        };
        using (Recorder recorder = Recorder.Start(_folder.File(), options))
        {
            RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
            int refused = 0;
            for (int index = 0; index < 20_000; index++)
                refused += recording.Step(ContractSamples.State(index), new StepObservation()) ? 0 : 1;
            recording.Complete("length");
            recorder.Flush();
            dropped = recorder.DroppedCount;
            dropped.Should().Be(refused).And.BePositive();
            recording.DroppedSteps.Should().Be(dropped);
            recorder.WrittenCount.Should().Be(20_000 - dropped);
        }

        reported.Should().Be(dropped);
        ExecutionContract read = Read("r1");
        (read.DroppedSteps, read.Steps.Count, read.FinishReason).Should().Be((dropped, (int)(20_000 - dropped), "length"));
    }

    [Fact]
    public void A_full_queue_blocks_when_told_to_and_loses_nothing()
    {
        using (Recorder recorder = Recorder.Start(_folder.File(), Blocking with { Capacity = 2 }))
        {
            RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
            for (int index = 0; index < 500; index++)
                recording.Step(ContractSamples.State(index), new StepObservation()).Should().BeTrue();
            recorder.DroppedCount.Should().Be(0);
        }

        Read("r1").Steps.Should().HaveCount(500);
    }

    [Fact]
    public void A_taken_request_id_is_refused_aloud_and_others_go_on()
    {
        using (ContractStore store = ContractStore.Open(_folder.File()))
            store.Write(ContractSamples.Small("taken"));
        Recorder recorder = Recorder.Start(_folder.File(), Blocking);
        RequestRecording taken = recorder.Begin("taken", ContractSamples.Model, Request);
        taken.Step(ContractSamples.State(0), new StepObservation());
        RequestRecording free = recorder.Begin("free", ContractSamples.Model, Request);
        free.Step(ContractSamples.State(0), new StepObservation());

        recorder.Invoking(r => r.Flush()).Should().Throw<ContractStoreException>().Which.Problem.Should().Be(ContractStoreProblem.Conflict);
        taken.Invoking(r => r.Step(ContractSamples.State(1), new StepObservation())).Should().Throw<ContractStoreException>().WithMessage("*\"taken\" already*");
        free.Step(ContractSamples.State(1), new StepObservation());
        recorder.Dispose();

        recorder.RefusedCount.Should().Be(1);
        Read("taken").Should().Be(ContractSamples.Small("taken"));
        Read("free").Steps.Should().HaveCount(2);
    }

    [Fact]
    public void A_step_recorded_twice_is_refused_aloud_and_the_first_is_kept()
    {
        Recorder recorder = Recorder.Start(_folder.File(), Blocking);
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        recording.Step(ContractSamples.State(0), new StepObservation { ChosenToken = 1 });
        recording.Step(ContractSamples.State(0), new StepObservation { ChosenToken = 2 });

        recorder.Invoking(r => r.Dispose()).Should().Throw<ContractStoreException>().WithMessage("*step 0 of rank 0*recorded twice*");

        Read("r1").ChosenTokens.Should().Equal(1);
    }

    [Fact]
    public void A_full_disk_surfaces_at_the_next_step_and_nothing_is_lost()
    {
        RecorderOptions options = Blocking with { BatchInterval = TimeSpan.FromMilliseconds(1), Store = new ContractStoreOptions { MaxBytes = 250_000 } };
        Recorder recorder = Recorder.Start(_folder.File(), options);
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        int accepted = 0;
        for (; accepted < 10; accepted++)
            recording.Step(ContractSamples.State(accepted), new StepObservation { ChosenToken = accepted });
        recorder.Flush();
        Action record = () =>
        {
            for (; accepted < 1_000_000; accepted++)
                recording.Step(ContractSamples.State(accepted), new StepObservation { ChosenToken = accepted });
        };

        ContractStoreException thrown = record.Should().Throw<ContractStoreException>().Which;
        recorder.Invoking(r => r.Flush()).Should().Throw<ContractStoreException>("there still is no room").Which.Problem.Should().Be(ContractStoreProblem.DiskFull);
        recorder.Fault!.Problem.Should().Be(ContractStoreProblem.DiskFull);
        ContractStoreException atTheEnd = recorder.Invoking(r => r.Dispose()).Should().Throw<ContractStoreException>().Which;
        IReadOnlyList<ExecutionContract> unwritten = recorder.TakeUnwritten();

        thrown.Problem.Should().Be(ContractStoreProblem.DiskFull);
        thrown.UnwrittenSteps.Should().BePositive();
        atTheEnd.UnwrittenSteps.Should().Be(accepted - recorder.WrittenCount);
        atTheEnd.Message.Should().Contain($"{atTheEnd.UnwrittenSteps} steps are not written").And.Contain("make room");
        Read("r1").ChosenTokens.Concat(unwritten.Single().ChosenTokens).Should().Equal(Enumerable.Range(0, accepted));
    }

    [Fact]
    public void After_a_failure_a_flush_goes_on_once_the_cause_is_gone()
    {
        RecorderOptions options = Blocking with { BatchInterval = TimeSpan.FromMilliseconds(1), Store = new ContractStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(5) } };
        using Recorder recorder = Recorder.Start(_folder.File(), options);
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        recorder.Flush();
        using (SqliteConnection other = SqliteRows.Open(_folder.File()))
        using (other.BeginTransaction(deferred: false))
        {
            recording.Step(ContractSamples.State(0), new StepObservation());
            recorder.Invoking(r => r.Flush()).Should().Throw<ContractStoreException>().Which.Problem.Should().Be(ContractStoreProblem.Busy);
            recording.Invoking(r => r.Step(ContractSamples.State(1), new StepObservation())).Should().Throw<ContractStoreException>().WithMessage("not recorded*write lock*");
        }

        recorder.Flush();
        recorder.Fault.Should().BeNull();
        recording.Step(ContractSamples.State(1), new StepObservation()).Should().BeTrue();
        recorder.Flush();
        Read("r1").Steps.Should().HaveCount(2);
    }

    [Fact]
    public void A_closed_recorder_takes_no_more()
    {
        Recorder recorder = Recorder.Start(_folder.File(), Blocking);
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        recorder.Dispose();
        recorder.Dispose();

        recording.Invoking(r => r.Step(ContractSamples.State(0), new StepObservation())).Should().Throw<ObjectDisposedException>();
        recorder.Invoking(r => r.Flush()).Should().Throw<ObjectDisposedException>();
        recorder.Invoking(r => r.Begin("r2", ContractSamples.Model, Request)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task Disposing_asynchronously_flushes()
    {
        await using (Recorder recorder = Recorder.Start(_folder.File(), Blocking with { BatchInterval = TimeSpan.FromHours(1) }))
            recorder.Begin("r1", ContractSamples.Model, Request).Step(ContractSamples.State(0), new StepObservation());

        Read("r1").Steps.Should().ContainSingle();
        Read("r1").CompletedAt.Should().BeNull();
    }

    [Fact]
    public void A_completed_request_takes_no_more_steps()
    {
        using Recorder recorder = Recorder.Start(_folder.File(), Blocking);
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        recording.Complete();

        recording.Invoking(r => r.Step(ContractSamples.State(0), new StepObservation())).Should().Throw<InvalidOperationException>();
        recording.Invoking(r => r.Step(ContractSamples.State(0), default(StepSample))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Recording_a_sample_allocates_nothing_on_the_caller()
    {
        using Recorder recorder = Recorder.Start(_folder.File(), Blocking with { Capacity = 1 << 14, BatchInterval = TimeSpan.FromMinutes(1) });
        RequestRecording recording = recorder.Begin("r1", ContractSamples.Model, Request);
        StepState baseline = ContractSamples.State(0);
        for (int index = 0; index < 100; index++)
            recording.Step(baseline, Sample(index));

        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int index = 100; index < 5000; index++)
            recording.Step(baseline, Sample(index));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        bytes.Should().Be(0);
        (elapsed.TotalMicroseconds / 4900).Should().BeLessThan(50, "1 microsecond is the target on an idle machine in release");
        TestContext.Current.TestOutputHelper?.WriteLine($"{elapsed.TotalNanoseconds / 4900:F0} ns a step");
    }

    private static StepSample Sample(int index) => new()
    {
        StepIndex = index,
        Phase = ExecutionPhase.Decode,
        QueryLength = 1,
        KeyLength = index + 1,
        ChosenToken = 5,
        QueueTimeMs = 0.5,
    };

    private ExecutionContract Read(string requestId)
    {
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        store.Verify().Should().BeEmpty();
        return store.Get(requestId);
    }
}
