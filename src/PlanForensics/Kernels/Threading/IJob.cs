namespace PlanForensics.Kernels.Threading;

/// <summary>Work in parts that do not read each other's results.</summary>
internal interface IJob
{
    /// <summary>Runs one part.</summary>
    /// <param name="part">0-based part.</param>
    /// <param name="parts">Number of parts.</param>
    void Run(int part, int parts);
}
