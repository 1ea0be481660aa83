using PlanForensics.Gpu.MatrixUnits;

namespace PlanForensics.Gpu.Weights;

/// <summary>Eight weights as they lie in memory: 16 bytes of two-byte weights in the first half, or 32 bytes.</summary>
internal struct U8
{
    public U4 L;
    public U4 H;
}
