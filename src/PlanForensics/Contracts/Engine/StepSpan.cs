using PlanForensics.Plans;

namespace PlanForensics.Contracts.Engine;

/// <summary>
/// Steps of one request that follow one another evenly: step <c>FirstStepIndex + i</c> ran in iteration <c>FirstOrdinal + i * Stride</c>, with <c>FirstKeyLength + i * QueryLength</c> keys.
/// A decode of a thousand tokens is one span, not a thousand rows.
/// </summary>
public sealed record StepSpan
{
    /// <summary>Step index of the first step. 0 or more.</summary>
    public required int FirstStepIndex { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Steps. 1 or more.</summary>
    public required int StepCount { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Iteration of the first step. 0 or more.</summary>
    public required int FirstOrdinal { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Iterations from one step to the next; default 1.</summary>
    public int Stride { get; init => field = ContractCheck.Positive(value); } = 1;

    /// <summary>What the steps do for the request.</summary>
    public required ExecutionPhase Phase { get; init; }

    /// <summary>Tokens of the request in each step. 1 or more.</summary>
    public required int QueryLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Context length of the first step, its own tokens included. 1 or more.</summary>
    public required int FirstKeyLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>When the scheduler admitted the request to the first step (UTC); null when not recorded, and for the later steps.</summary>
    public DateTimeOffset? AdmittedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>Time in the queue before the request got to run these steps, in milliseconds: that of each of them; null when not recorded.</summary>
    public double? QueueTimeMs { get; init => field = ContractCheck.NotNegative(value); }
}
