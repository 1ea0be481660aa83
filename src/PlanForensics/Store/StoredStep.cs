using PlanForensics.Contracts.Steps;

namespace PlanForensics.Store;

/// <summary>A step as it was read, with the key of its request.</summary>
internal struct StoredStep
{
    public long Request;
    public StepRow Row;
}
