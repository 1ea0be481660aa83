namespace PlanForensics.Kernels.Simd;

/// <summary>Runs the parts of a job on threads. Parts hold whole outputs, so neither their number nor the threads show in the bits.</summary>
internal static class Parallelism
{
    /// <summary>Threads that work is worth.</summary>
    public static int Threads(long work, long workPerThread, int threads) => (int)Math.Clamp(work / workPerThread, 1, threads);

    public static void For<TJob>(TJob job, int parts, int threads)
        where TJob : class, IJob
    {
        if (parts <= 1 || threads <= 1)
        {
            for (int part = 0; part < parts; part++)
                job.Run(part, parts);
            return;
        }

        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => job.Run(part, parts));
    }
}
