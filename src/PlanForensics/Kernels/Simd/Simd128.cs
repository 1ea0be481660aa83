using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace PlanForensics.Kernels.Simd;

/// <summary>128-bit registers: every x64 and Arm64 machine.</summary>
internal readonly unsafe partial struct Simd128 : ISimd<Vector128<float>, Vector128<double>>
{
    public static string Name => "vector128";

    public static bool IsAccelerated => Vector128.IsHardwareAccelerated;

    public static int Width => Vector128<float>.Count;

    public static int MostRows => AdvSimd.IsSupported ? 12 : 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBf16(ushort* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fma(Vector128<float> left, Vector128<float> right, Vector128<float> addend) => Vector128.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> RoundBf16(Vector128<float> value)
    {
        Vector128<uint> bits = value.AsUInt32();
        Vector128<uint> rounded = (bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One)) & Vector128.Create(0xFFFF_0000u);
        return Vector128.ConditionalSelect(Vector128.Equals(value, value), rounded.AsSingle(), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> RoundFp16(Vector128<float> value)
    {
        Vector128<uint> magnitude = value.AsUInt32() & Vector128.Create(0x7FFF_FFFFu);
        Vector128<float> small = magnitude.AsSingle() + Vector128.Create(0.5f) - Vector128.Create(0.5f);
        Vector128<float> normal = ((magnitude + Vector128.Create(0xFFFu) + ((magnitude >>> 13) & Vector128<uint>.One)) & Vector128.Create(0xFFFF_E000u)).AsSingle();
        Vector128<float> rounded = Vector128.ConditionalSelect(Vector128.LessThan(magnitude.AsSingle(), Vector128.Create(6.103515625e-5f)), small, normal);
        rounded = Vector128.ConditionalSelect(Vector128.GreaterThan(rounded, Vector128.Create(65504f)), Vector128.Create(float.PositiveInfinity), rounded);
        rounded |= value & Vector128.Create(-0f);
        return Vector128.ConditionalSelect(Vector128.Equals(value, value), rounded, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Flush(Vector128<float> value)
    {
        Vector128<float> isSubnormal = Vector128.LessThan(Vector128.Abs(value), Vector128.Create(1.17549435e-38f));
        return Vector128.ConditionalSelect(isSubnormal, value & Vector128.Create(-0f), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LoadDouble(double* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDouble(Vector128<double> value, double* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> BroadcastDouble(double value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> WidenLower(Vector128<float> value) => Vector128.WidenLower(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> WidenUpper(Vector128<float> value) => Vector128.WidenUpper(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> AddDouble(Vector128<double> left, Vector128<double> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> MultiplyDouble(Vector128<double> left, Vector128<double> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FmaDouble(Vector128<double> left, Vector128<double> right, Vector128<double> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);
}
