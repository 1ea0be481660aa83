namespace PlanForensics.Kernels.Threading;

/// <summary>
/// Runs the parts of a job on the calling thread and on workers. Parts hold whole outputs, so neither their number nor the threads show in the bits. A job inside a part of another one
/// gets the share of threads that the outer one leaves, so that nested jobs do not fill the processors twice.
/// </summary>
internal static class Parallelism
{
    /// <summary>Threads that a job started here may take; 0 outside of any part: no limit.</summary>
    [ThreadStatic]
    private static int _share;

    /// <summary>Threads that work is worth.</summary>
    public static int Threads(long work, long workPerThread, int threads) => (int)Math.Clamp(work / workPerThread, 1, threads);

    /// <summary>Runs all parts and returns when they are done.</summary>
    /// <param name="job">The job.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="threads">Most threads, the caller's included.</param>
    /// <exception cref="Exception">What the first part that failed threw; the other parts have run or have not been begun.</exception>
    public static void For(IJob job, int parts, int threads)
    {
        int share = _share;
        threads = Math.Min(parts, share == 0 ? threads : Math.Min(threads, share));
        if (threads <= 1)
        {
            for (int part = 0; part < parts; part++)
                job.Run(part, parts);
            return;
        }

        int allowed = share == 0 ? Environment.ProcessorCount : share;
        var run = new JobRun(job, parts, Math.Max(1, allowed / threads));
        WorkerPool.Shared.Run(run, threads - 1);
    }

    /// <summary>Runs a body for 0, 1, … count - 1, each index once and in no promised order.</summary>
    /// <param name="count">Number of indices.</param>
    /// <param name="threads">Most threads, the caller's included.</param>
    /// <param name="body">The body.</param>
    /// <param name="cancellation">Looked at before each index.</param>
    public static void For(int count, int threads, Action<int> body, CancellationToken cancellation) => For(new BodyJob(body, cancellation), count, threads);

    /// <summary>Takes a share on this thread.</summary>
    /// <param name="share">Threads.</param>
    /// <returns>The share before, to be put back.</returns>
    internal static int EnterShare(int share)
    {
        int before = _share;
        _share = share;
        return before;
    }

    private sealed class BodyJob(Action<int> body, CancellationToken cancellation) : IJob
    {
        public void Run(int part, int parts)
        {
            cancellation.ThrowIfCancellationRequested();
            body(part);
        }
    }
}
