using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.IR.Intrinsics;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Instructions of a whole warp, and copies that do not wait. On the CPU device the bodies run: lanes exchange what they hold, and the product is the measured model of an H100.</summary>
/// <remarks>
/// Fragments as the PTX ISA lays them out (lane = 4 g + t): A rows g and g + 8, words t and t + 4; B column g, words t and t + 4; C rows g and g + 8, columns 2 t and 2 t + 1. A word is two
/// terms of bf16 or fp16, or one of tf32.
/// </remarks>
internal static class WarpOperations
{
    [IntrinsicImplementation]
    public static F4 MultiplyBf16(U4 a, U2 b, F4 c) => MatrixUnitModel.Multiply(a, b, c, Numerics.NumericFormat.Bf16);

    [IntrinsicImplementation]
    public static F4 MultiplyFp16(U4 a, U2 b, F4 c) => MatrixUnitModel.Multiply(a, b, c, Numerics.NumericFormat.Fp16);

    [IntrinsicImplementation]
    public static F4 MultiplyTf32(U4 a, U2 b, F4 c) => MatrixUnitModel.Multiply(a, b, c, Numerics.NumericFormat.Tf32);

    /// <summary>Four matrices of eight rows of 16 bytes; lane l gives the address of row l mod 8 of matrix l / 8 and gets word l mod 4 of row l / 4 of each.</summary>
    [IntrinsicImplementation]
    public static unsafe U4 LoadMatrices(ref uint row)
    {
        long own = (long)Unsafe.AsPointer(ref row);
        int lane = Warp.LaneIdx;
        uint Word(int matrix) => ((uint*)Warp.Shuffle(own, (8 * matrix) + (lane >> 2)))[lane & 3];
        return new U4 { X = Word(0), Y = Word(1), Z = Word(2), W = Word(3) };
    }

    /// <summary>Starts a copy of 16 bytes to shared memory.</summary>
    [IntrinsicImplementation]
    public static int Copy16(ref uint shared, ref uint global)
    {
        Unsafe.As<uint, U4>(ref shared) = Unsafe.As<uint, U4>(ref global);
        return 0;
    }

    /// <summary>The copies started so far are one group.</summary>
    [IntrinsicImplementation]
    public static int CommitCopies() => 0;

    /// <summary>Waits for all groups but the last.</summary>
    [IntrinsicImplementation]
    public static int WaitForOlderCopies() => 0;
}
