namespace PlanForensics.Attribution.Incidents;

/// <summary>What a plan reproduces of the recorded operators of one kind, each computed from its recorded inputs.</summary>
/// <param name="Kind">Kind of call, for example <c>linear</c>.</param>
/// <param name="Operators">Recorded outputs.</param>
/// <param name="OperatorsReproduced">Outputs all of whose elements have the recorded bits.</param>
/// <param name="Elements">Elements of the outputs.</param>
/// <param name="ElementsReproduced">Elements with the recorded bits.</param>
public sealed record OperatorTally(string Kind, int Operators, int OperatorsReproduced, long Elements, long ElementsReproduced)
{
    /// <summary>Whether every element is reproduced.</summary>
    public bool IsComplete => Elements == ElementsReproduced;
}
