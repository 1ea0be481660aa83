using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>One instruction of a matrix unit: 16 x 8 sums, 32 bytes of each operand's rows.</summary>
internal interface IMatrixUnit
{
    static abstract F4 Multiply(U4 a, U2 b, F4 c);
}
