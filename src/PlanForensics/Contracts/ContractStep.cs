namespace PlanForensics.Contracts;

/// <summary>One step of one request: the state it ran in, and what came out.</summary>
public sealed record ContractStep : ExtensibleRecord
{
    /// <summary>The execution state.</summary>
    public required StepState State { get; init => field = ContractCheck.Present(value); }

    /// <summary>What came out; a record without any field when nothing was observed.</summary>
    public required StepObservation Observation { get; init => field = ContractCheck.Present(value); }
}
