using System.Runtime.ExceptionServices;

namespace PlanForensics.Kernels.Threading;

/// <summary>One run of a job: its parts are handed out one by one, to whichever thread asks.</summary>
internal sealed class JobRun(IJob job, int parts, int share)
{
    private ExceptionDispatchInfo? _failure;
    private int _next;
    private int _ended;

    /// <summary>Whether all parts have ended.</summary>
    public bool IsDone => Volatile.Read(ref _ended) == parts;

    /// <summary>Runs parts until none is left to begin. A late thread finds none and touches nothing of the job.</summary>
    public void Take()
    {
        int before = Parallelism.EnterShare(share);
        try
        {
            for (int part; (part = Interlocked.Increment(ref _next) - 1) < parts;)
            {
                RunPart(part);
                Interlocked.Increment(ref _ended);
            }
        }
        finally
        {
            Parallelism.EnterShare(before);
        }
    }

    /// <summary>Throws what the first failing part threw.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>After a failure the rest is handed out but not run: the caller waits for every part, and its memory must outlive them.</summary>
    private void RunPart(int part)
    {
        if (Volatile.Read(ref _failure) is not null)
            return;
        try
        {
            job.Run(part, parts);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }
}
