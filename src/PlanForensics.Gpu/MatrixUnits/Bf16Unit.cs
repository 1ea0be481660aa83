using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>bf16 operands, binary32 sums.</summary>
internal readonly struct Bf16Unit : IMatrixUnit
{
    public static F4 Multiply(U4 a, U2 b, F4 c) => WarpOperations.MultiplyBf16(a, b, c);
}
