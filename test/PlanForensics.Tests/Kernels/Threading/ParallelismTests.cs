using FluentAssertions;
using PlanForensics.Kernels.Threading;
using Xunit;

namespace PlanForensics.Tests.Kernels.Threading;

public sealed class ParallelismTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(7, 1)]
    [InlineData(7, 2)]
    [InlineData(1000, 2)]
    [InlineData(1000, 64)]
    public void Each_part_runs_once(int parts, int threads)
    {
        var job = new CountingJob(parts);
        for (int round = 1; round <= 50; round++)
        {
            Parallelism.For(job, parts, threads);
            job.Counts.Should().AllBeEquivalentTo(round, "the call returns when all parts have run");
        }
    }

    [Fact]
    public void A_pool_of_workers_takes_part_and_is_used_again()
    {
        var pool = new WorkerPool(3);
        var threads = new HashSet<int>();
        for (int round = 0; round < 20; round++)
        {
            using var met = new Barrier(4);
            pool.Run(
                new JobRun(
                    new BodyJob(_ =>
                    {
                        lock (threads)
                            threads.Add(Environment.CurrentManagedThreadId);
                        met.SignalAndWait(TestContext.Current.CancellationToken);
                    }),
                    4, 1),
                3);
        }

        threads.Should().HaveCount(4, "three workers and the caller met 20 times, each time all four");
    }

    [Fact]
    public async Task Callers_from_many_threads_each_get_all_their_parts()
    {
        Task[] callers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            var job = new CountingJob(16);
            for (int round = 1; round <= 500; round++)
            {
                Parallelism.For(job, 16, 4);
                if (job.Counts.Any(count => count != round))
                    throw new InvalidOperationException($"round {round}: counts {string.Join(',', job.Counts)}");
            }
        }))];
        await Task.WhenAll(callers);
        callers.Should().OnlyContain(caller => caller.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_a_part_throws_reaches_the_caller_and_the_next_job_runs(int threads)
    {
        Action failing = () => Parallelism.For(100, threads, part => throw new InvalidDataException($"part {part}"), CancellationToken.None);
        failing.Should().Throw<InvalidDataException>().WithMessage("part *");
        var job = new CountingJob(9);
        Parallelism.For(job, 9, threads);
        job.Counts.Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public void A_cancelled_job_says_so()
    {
        using var source = new CancellationTokenSource();
        int begun = 0;
        Action job = () => Parallelism.For(
            1000, 2,
            _ =>
            {
                int number = Interlocked.Increment(ref begun);
                if (number == 5)
                    source.Cancel();
                else if (number > 5)
                    source.Token.WaitHandle.WaitOne(); // begun while the fifth was cancelling
            },
            source.Token);
        job.Should().Throw<OperationCanceledException>();
        begun.Should().BeInRange(5, 6, "parts that had not begun are left out");
    }

    [Fact]
    public void A_job_inside_a_part_takes_no_more_than_its_share()
    {
        var pool = new WorkerPool(1);
        int most = 0;
        pool.Run(
            new JobRun(
                new BodyJob(_ =>
                {
                    int caller = Environment.CurrentManagedThreadId;
                    Parallelism.For(
                        64, 8,
                        _ =>
                        {
                            if (Environment.CurrentManagedThreadId != caller)
                                Interlocked.Increment(ref most);
                        },
                        CancellationToken.None);
                }),
                2, share: 1),
            1);
        most.Should().Be(0, "a share of one thread is the thread that has it");
        Parallelism.EnterShare(0).Should().Be(0, "outside of parts there is no share");
    }

    private sealed class CountingJob(int parts) : IJob
    {
        public int[] Counts { get; } = new int[parts];

        public void Run(int part, int count)
        {
            count.Should().Be(parts);
            Interlocked.Increment(ref Counts[part]);
        }
    }

    private sealed class BodyJob(Action<int> body) : IJob
    {
        public void Run(int part, int parts) => body(part);
    }
}
