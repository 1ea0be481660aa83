namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Four words: a fragment of the first operand, or 16 bytes on their way.</summary>
internal struct U4
{
    public uint X;
    public uint Y;
    public uint Z;
    public uint W;
}
