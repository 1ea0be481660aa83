namespace PlanForensics.Contracts;

/// <summary>A tensor captured inside the step (an input or output of an operator), for replays that begin in the middle.</summary>
public sealed record CapturedTensor : ExtensibleRecord
{
    /// <summary>What it is: an operator (role, or <c>layer 2 down_proj</c>) and <c>input</c> or <c>output</c>. Not empty.</summary>
    public required string Name { get; init => field = ContractCheck.Text(value); }

    /// <summary>The layer, 0-based; null outside the layers.</summary>
    public int? Layer { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>The tensor, by hash and, where recorded, by value.</summary>
    public required TensorReference Tensor { get; init => field = ContractCheck.Present(value); }
}
