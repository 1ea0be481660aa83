using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Kernels.Simd;

/// <summary>512-bit registers (AVX-512).</summary>
internal readonly unsafe partial struct Simd512 : ISimd<Vector512<float>, Vector512<double>>
{
    public static string Name => "vector512";

    public static bool IsAccelerated => Vector512.IsHardwareAccelerated;

    public static int Width => Vector512<float>.Count;

    public static int MostRows => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBf16(ushort* source) =>
        ((Avx512F.IsSupported ? Avx512F.ConvertToVector512UInt32(Vector256.Load(source)) : Vector512.Create(Vector256.Widen(Vector256.Load(source)).Lower, Vector256.Widen(Vector256.Load(source)).Upper)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RoundBf16(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One)) & Vector512.Create(0xFFFF_0000u);
        return Vector512.ConditionalSelect(Vector512.Equals(value, value), rounded.AsSingle(), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RoundFp16(Vector512<float> value)
    {
        Vector512<uint> magnitude = value.AsUInt32() & Vector512.Create(0x7FFF_FFFFu);
        Vector512<float> small = magnitude.AsSingle() + Vector512.Create(0.5f) - Vector512.Create(0.5f);
        Vector512<float> normal = ((magnitude + Vector512.Create(0xFFFu) + ((magnitude >>> 13) & Vector512<uint>.One)) & Vector512.Create(0xFFFF_E000u)).AsSingle();
        Vector512<float> rounded = Vector512.ConditionalSelect(Vector512.LessThan(magnitude.AsSingle(), Vector512.Create(6.103515625e-5f)), small, normal);
        rounded = Vector512.ConditionalSelect(Vector512.GreaterThan(rounded, Vector512.Create(65504f)), Vector512.Create(float.PositiveInfinity), rounded);
        rounded |= value & Vector512.Create(-0f);
        return Vector512.ConditionalSelect(Vector512.Equals(value, value), rounded, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> value)
    {
        Vector512<float> isSubnormal = Vector512.LessThan(Vector512.Abs(value), Vector512.Create(1.17549435e-38f));
        return Vector512.ConditionalSelect(isSubnormal, value & Vector512.Create(-0f), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LoadDouble(double* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDouble(Vector512<double> value, double* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> BroadcastDouble(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> WidenLower(Vector512<float> value) => Vector512.WidenLower(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> WidenUpper(Vector512<float> value) => Vector512.WidenUpper(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddDouble(Vector512<double> left, Vector512<double> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplyDouble(Vector512<double> left, Vector512<double> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> FmaDouble(Vector512<double> left, Vector512<double> right, Vector512<double> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);
}
