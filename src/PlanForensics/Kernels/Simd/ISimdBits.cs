namespace PlanForensics.Kernels.Simd;

/// <summary>Operations on the bits of a register's lanes, and on the lanes as 32-bit integers, which wrap.</summary>
/// <typeparam name="TF">A register of binary32 lanes.</typeparam>
internal interface ISimdBits<TF>
    where TF : struct
{
    static abstract TF BroadcastBits(int value);

    static abstract TF And(TF left, TF right);

    static abstract TF Or(TF left, TF right);

    static abstract TF Xor(TF left, TF right);

    static abstract TF AddInt32(TF left, TF right);

    static abstract TF SubtractInt32(TF left, TF right);

    static abstract TF MaxInt32(TF left, TF right);

    /// <summary>All bits of a lane where the integers are equal, else none.</summary>
    static abstract TF EqualsInt32(TF left, TF right);

    /// <summary>All bits of a lane whose integer is negative, else none.</summary>
    static abstract TF SignMask(TF value);

    /// <summary>The integers, converted to binary32 to nearest even.</summary>
    static abstract TF FromInt32(TF value);

    /// <summary>Truncated toward zero; what becomes of a value beyond the integers depends on the machine.</summary>
    static abstract TF ToInt32(TF value);

    /// <summary>Bit i: the sign bit of lane i.</summary>
    static abstract uint SignBits(TF value);
}
