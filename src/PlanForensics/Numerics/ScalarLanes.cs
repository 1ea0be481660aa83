namespace PlanForensics.Numerics;

/// <summary>One lane.</summary>
internal readonly struct ScalarLanes : ILanes<double>
{
    public static double Create(double value) => value;

    public static double FromBits(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static double Add(double left, double right) => left + right;

    public static double Subtract(double left, double right) => left - right;

    public static double Multiply(double left, double right) => left * right;

    public static double Divide(double left, double right) => left / right;

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static double FusedMultiplyAdd(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);

    public static double And(double left, double right) => FromBits(Bits(left) & Bits(right));

    public static double Or(double left, double right) => FromBits(Bits(left) | Bits(right));

    public static double Xor(double left, double right) => FromBits(Bits(left) ^ Bits(right));

    public static double AddBits(double left, double right) => FromBits(Bits(left) + Bits(right));

    public static double SubtractBits(double left, double right) => FromBits(Bits(left) - Bits(right));

    public static double ShiftLeft(double value, int count) => FromBits(Bits(value) << count);

    public static double ShiftRight(double value, int count) => FromBits(Bits(value) >> count);

    public static double SelectLess(double left, double right, double whenTrue, double whenFalse) => left < right ? whenTrue : whenFalse;

    public static double SelectEqual(double left, double right, double whenTrue, double whenFalse) => left == right ? whenTrue : whenFalse;

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);
}
