namespace PlanForensics.Kernels.Simd;

/// <summary>The vector operations that kernels are written in; one struct for each register width, so that the JIT compiles one copy of a kernel for each.</summary>
/// <typeparam name="TF">A register of binary32 lanes.</typeparam>
/// <typeparam name="TD">A register of the same size with half as many binary64 lanes.</typeparam>
/// <remarks>Every operation rounds each lane once, to nearest even, and never looks at another lane: the width does not show in the result.</remarks>
internal unsafe interface ISimd<TF, TD> : ISimdBits<TF>
    where TF : struct
    where TD : struct
{
    static abstract string Name { get; }

    static abstract bool IsAccelerated { get; }

    /// <summary>Binary32 lanes.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of a tile of two registers in width that leave registers for operands.</summary>
    static abstract int MostRows { get; }

    static abstract TF Load(float* source);

    /// <summary>Loads bfloat16 elements, widened.</summary>
    static abstract TF LoadBf16(ushort* source);

    static abstract void Store(TF value, float* destination);

    static abstract TF Broadcast(float value);

    static abstract TF Add(TF left, TF right);

    static abstract TF Subtract(TF left, TF right);

    static abstract TF Multiply(TF left, TF right);

    static abstract TF Divide(TF left, TF right);

    /// <summary><c>left * right + addend</c>, rounded once.</summary>
    static abstract TF Fma(TF left, TF right, TF addend);

    static abstract TF Max(TF left, TF right);

    /// <summary>Rounds to bfloat16, to nearest even. A NaN stays a NaN.</summary>
    static abstract TF RoundBf16(TF value);

    /// <summary>Rounds to binary16, to nearest even. A NaN stays a NaN.</summary>
    static abstract TF RoundFp16(TF value);

    /// <summary>Makes subnormal lanes zeros of their sign.</summary>
    static abstract TF Flush(TF value);

    static abstract TD LoadDouble(double* source);

    static abstract void StoreDouble(TD value, double* destination);

    static abstract TD BroadcastDouble(double value);

    /// <summary>Widens the lower half of a register.</summary>
    static abstract TD WidenLower(TF value);

    /// <summary>Widens the upper half of a register.</summary>
    static abstract TD WidenUpper(TF value);

    static abstract TD AddDouble(TD left, TD right);

    static abstract TD MultiplyDouble(TD left, TD right);

    static abstract TD FmaDouble(TD left, TD right, TD addend);
}
