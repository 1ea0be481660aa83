using PlanForensics.Kernels;

namespace PlanForensics.Attribution.Incidents;

/// <summary>How an incident is attributed.</summary>
public sealed record IncidentOptions
{
    /// <summary>Steps over which candidates that the environment rules out, or that failed, are compared for their share; default 4. Null for all steps.</summary>
    public int? ShareSteps { get; init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(ShareSteps), value, "at least one step"); } = 4;

    /// <summary>Whether recorded operators are compared too, and separate classes whose logits agree; default true.</summary>
    public bool UseOperators { get; init; } = true;

    /// <summary>Threads; default one for each processor.</summary>
    public int Threads { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "at least one thread"); } = Environment.ProcessorCount;

    /// <summary>The kernels that compute recorded operators from their recorded inputs; null for the processor's.</summary>
    public IOperatorKernels? Kernels { get; init; }
}
