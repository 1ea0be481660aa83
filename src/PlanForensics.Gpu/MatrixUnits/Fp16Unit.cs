using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>fp16 operands, binary32 sums.</summary>
internal readonly struct Fp16Unit : IMatrixUnit
{
    public static F4 Multiply(U4 a, U2 b, F4 c) => WarpOperations.MultiplyFp16(a, b, c);
}
