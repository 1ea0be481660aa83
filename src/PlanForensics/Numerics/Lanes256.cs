using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace PlanForensics.Numerics;

/// <summary>The lanes of a 256-bit vector.</summary>
internal readonly struct Lanes256 : ILanes<V>
{
    public static V Create(double value) => Vector256.Create(value);

    public static V FromBits(ulong bits) => Vector256.Create(bits).AsDouble();

    public static V Add(V left, V right) => left + right;

    public static V Subtract(V left, V right) => left - right;

    public static V Multiply(V left, V right) => left * right;

    public static V Divide(V left, V right) => left / right;

    public static V Sqrt(V value) => Vector256.Sqrt(value);

    public static V FusedMultiplyAdd(V left, V right, V addend) => Vector256.FusedMultiplyAdd(left, right, addend);

    public static V And(V left, V right) => left & right;

    public static V Or(V left, V right) => left | right;

    public static V Xor(V left, V right) => left ^ right;

    public static V AddBits(V left, V right) => (left.AsUInt64() + right.AsUInt64()).AsDouble();

    public static V SubtractBits(V left, V right) => (left.AsUInt64() - right.AsUInt64()).AsDouble();

    public static V ShiftLeft(V value, int count) => (value.AsUInt64() << count).AsDouble();

    public static V ShiftRight(V value, int count) => (value.AsUInt64() >>> count).AsDouble();

    public static V SelectLess(V left, V right, V whenTrue, V whenFalse) =>
        Vector256.ConditionalSelect(Vector256.LessThan(left, right), whenTrue, whenFalse);

    public static V SelectEqual(V left, V right, V whenTrue, V whenFalse) =>
        Vector256.ConditionalSelect(Vector256.Equals(left, right), whenTrue, whenFalse);
}
