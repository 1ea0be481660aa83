namespace PlanForensics.Engines.Aten;

/// <summary>The shape of one step of a batch.</summary>
/// <param name="Batch">Rows of the batch.</param>
/// <param name="QueryLength">Tokens that each row gives to the step.</param>
/// <param name="KeyLength">Keys that each row then has.</param>
/// <param name="FirstRow">Row of a linear layer's input at which the request looked at begins; 0 for the batch's first.</param>
public readonly record struct AtenStep(int Batch, int QueryLength, int KeyLength, int FirstRow = 0)
{
    /// <summary>Rows of a linear layer's input.</summary>
    public int Rows => Batch * QueryLength;
}
