using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>tf32 operands, binary32 sums.</summary>
internal readonly struct Tf32Unit : IMatrixUnit
{
    public static F4 Multiply(U4 a, U2 b, F4 c) => WarpOperations.MultiplyTf32(a, b, c);
}
