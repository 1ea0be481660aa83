namespace PlanForensics.Engines.Aten;

/// <summary>The shape of one step of a batch.</summary>
/// <param name="Batch">Rows of the batch.</param>
/// <param name="QueryLength">Tokens that each row gives to the step.</param>
/// <param name="KeyLength">Keys that each row then has.</param>
public readonly record struct AtenStep(int Batch, int QueryLength, int KeyLength)
{
    /// <summary>Rows of a linear layer's input.</summary>
    public int Rows => Batch * QueryLength;
}
