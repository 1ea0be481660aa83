namespace PlanForensics.Numerics;

/// <summary>The operations from which <see cref="PortableMath"/> is built, on one or several fp64 lanes.</summary>
/// <remarks>Each is an IEEE 754 operation or works on bits, so that scalar and vector code written against it agree bit for bit by construction.</remarks>
/// <typeparam name="T">The type that holds the lanes.</typeparam>
internal interface ILanes<T>
    where T : struct
{
    static abstract T Create(double value);

    static abstract T FromBits(ulong bits);

    static abstract T Add(T left, T right);

    static abstract T Subtract(T left, T right);

    static abstract T Multiply(T left, T right);

    static abstract T Divide(T left, T right);

    static abstract T Sqrt(T value);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract T FusedMultiplyAdd(T left, T right, T addend);

    static abstract T And(T left, T right);

    static abstract T Or(T left, T right);

    static abstract T Xor(T left, T right);

    /// <summary>Adds the lanes' bits as 64-bit integers.</summary>
    static abstract T AddBits(T left, T right);

    /// <summary>Subtracts the lanes' bits as 64-bit integers.</summary>
    static abstract T SubtractBits(T left, T right);

    static abstract T ShiftLeft(T value, int count);

    static abstract T ShiftRight(T value, int count);

    /// <summary>left &lt; right ? whenTrue : whenFalse, lane by lane; false for NaN.</summary>
    static abstract T SelectLess(T left, T right, T whenTrue, T whenFalse);

    /// <summary>left == right ? whenTrue : whenFalse, lane by lane; false for NaN.</summary>
    static abstract T SelectEqual(T left, T right, T whenTrue, T whenFalse);
}
