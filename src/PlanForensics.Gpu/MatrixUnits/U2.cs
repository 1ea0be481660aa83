namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Two words: a fragment of the second operand.</summary>
internal struct U2
{
    public uint X;
    public uint Y;
}
