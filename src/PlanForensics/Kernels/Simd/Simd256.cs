using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Kernels.Simd;

/// <summary>256-bit registers (AVX2).</summary>
internal readonly unsafe partial struct Simd256 : ISimd<Vector256<float>, Vector256<double>>
{
    public static string Name => "vector256";

    public static bool IsAccelerated => Vector256.IsHardwareAccelerated;

    public static int Width => Vector256<float>.Count;

    public static int MostRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBf16(ushort* source) =>
        ((Avx2.IsSupported ? Avx2.ConvertToVector256Int32(source).AsUInt32() : Vector256.Create(Vector128.WidenLower(Vector128.Load(source)), Vector128.WidenUpper(Vector128.Load(source)))) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Vector256.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundBf16(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) & Vector256.Create(0xFFFF_0000u);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value), rounded.AsSingle(), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundFp16(Vector256<float> value)
    {
        Vector256<uint> magnitude = value.AsUInt32() & Vector256.Create(0x7FFF_FFFFu);
        Vector256<float> small = magnitude.AsSingle() + Vector256.Create(0.5f) - Vector256.Create(0.5f);
        Vector256<float> normal = ((magnitude + Vector256.Create(0xFFFu) + ((magnitude >>> 13) & Vector256<uint>.One)) & Vector256.Create(0xFFFF_E000u)).AsSingle();
        Vector256<float> rounded = Vector256.ConditionalSelect(Vector256.LessThan(magnitude.AsSingle(), Vector256.Create(6.103515625e-5f)), small, normal);
        rounded = Vector256.ConditionalSelect(Vector256.GreaterThan(rounded, Vector256.Create(65504f)), Vector256.Create(float.PositiveInfinity), rounded);
        rounded |= value & Vector256.Create(-0f);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value), rounded, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush(Vector256<float> value)
    {
        Vector256<float> isSubnormal = Vector256.LessThan(Vector256.Abs(value), Vector256.Create(1.17549435e-38f));
        return Vector256.ConditionalSelect(isSubnormal, value & Vector256.Create(-0f), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LoadDouble(double* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDouble(Vector256<double> value, double* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> BroadcastDouble(double value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> WidenLower(Vector256<float> value) => Vector256.WidenLower(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> WidenUpper(Vector256<float> value) => Vector256.WidenUpper(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> AddDouble(Vector256<double> left, Vector256<double> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyDouble(Vector256<double> left, Vector256<double> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> FmaDouble(Vector256<double> left, Vector256<double> right, Vector256<double> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);
}
