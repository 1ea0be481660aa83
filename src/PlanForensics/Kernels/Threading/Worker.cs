using System.Diagnostics;

namespace PlanForensics.Kernels.Threading;

/// <summary>A thread that takes parts of the runs it is handed. Between two runs it first waits awake, since operators follow each other closely, then asleep.</summary>
internal sealed class Worker
{
    /// <summary>
    /// How long a worker waits awake, giving way to others: one millisecond, longer than the gaps between a decoder's operators. Sleep costs more than its own wake-up: on a small machine
    /// the system may wake a thread on its caller's busy processor and move it only at the next tick.
    /// </summary>
    private static readonly long AwakeTicks = Stopwatch.Frequency / 1_000;

    /// <summary>Looks for a run between two offers of the processor to other threads.</summary>
    private const int LooksPerYield = 64;

    private readonly object _gate = new();
    private bool _isWoken;
    private JobRun? _run;
    private int _isAsleep;

    public Worker(int number) => new Thread(Loop) { IsBackground = true, Name = $"PlanForensics worker {number}" }.UnsafeStart();

    /// <summary>Hands the worker a run; one that it has not begun to take from is forgotten, which is right once that run is done.</summary>
    public void Hand(JobRun run)
    {
        Interlocked.Exchange(ref _run, run);
        if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
            Wake();
    }

    private void Loop()
    {
        while (true)
            Next().Take();
    }

    private void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Sleep()
    {
        lock (_gate)
        {
            while (!_isWoken)
                Monitor.Wait(_gate);
            _isWoken = false;
        }
    }

    private JobRun Next()
    {
        while (true)
        {
            int looks = 0;
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - start < AwakeTicks;)
            {
                if (Volatile.Read(ref _run) is not null && Interlocked.Exchange(ref _run, null) is { } run)
                    return run;
                if (++looks % LooksPerYield == 0)
                    Thread.Yield();
                else
                    Thread.SpinWait(10);
            }

            Interlocked.Exchange(ref _isAsleep, 1);
            if (Volatile.Read(ref _run) is null || Interlocked.Exchange(ref _isAsleep, 0) == 0)
                Sleep();
        }
    }
}
