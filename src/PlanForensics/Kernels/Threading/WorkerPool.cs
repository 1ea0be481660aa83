namespace PlanForensics.Kernels.Threading;

/// <summary>
/// The workers of this process: made when first asked for, at most one fewer than there are processors. The runtime's thread pool is not used, since it leaves a short job's second thread
/// asleep: on two processors it took no part in half of the jobs of 0.3 ms.
/// </summary>
internal sealed class WorkerPool(int most)
{
    private readonly Stack<Worker> _idle = new();
    private readonly Lock _lock = new();
    private int _made;

    /// <summary>The pool of this process.</summary>
    public static WorkerPool Shared { get; } = new(Environment.ProcessorCount - 1);

    /// <summary>Runs a job on the caller and on so many workers as are idle; returns when all parts have ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="wanted">Workers beside the caller.</param>
    public void Run(JobRun run, int wanted)
    {
        Worker[] workers = Rent(wanted);
        foreach (Worker worker in workers)
            worker.Hand(run);
        run.Take();
        for (var wait = default(SpinWait); !run.IsDone;)
            wait.SpinOnce(sleep1Threshold: -1);
        Return(workers);
        run.ThrowIfFailed();
    }

    private Worker[] Rent(int wanted)
    {
        lock (_lock)
        {
            int count = Math.Min(wanted, _idle.Count + most - _made);
            if (count == 0)
                return [];
            var workers = new Worker[count];
            for (int index = 0; index < count; index++)
                workers[index] = _idle.TryPop(out Worker? idle) ? idle : new Worker(++_made);
            return workers;
        }
    }

    private void Return(Worker[] workers)
    {
        lock (_lock)
        {
            foreach (Worker worker in workers)
                _idle.Push(worker);
        }
    }
}
