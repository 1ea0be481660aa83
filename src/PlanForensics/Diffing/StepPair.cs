using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>The two executions of one step; one side may lack it.</summary>
internal sealed record StepPair(int Position, ContractStep? A, ContractStep? B);
