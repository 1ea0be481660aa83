using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Numerics;

/// <summary>Runs a function over spans, as wide as the machine allows; the scalar form defines the bits.</summary>
internal static class PortableKernel
{
    /// <summary>Vector width in bits of the widest kernel here; 0 is the scalar one.</summary>
    public static int Best { get; } = IsAvailable(512) ? 512 : IsAvailable(256) ? 256 : 0;

    public static bool IsAvailable(int width) => width switch
    {
        0 => true,
        256 => Avx2.IsSupported && Fma.IsSupported,
        512 => Avx512F.IsSupported && Avx512DQ.IsSupported,
        _ => false,
    };

    public static float Run<TFunction>(float x)
        where TFunction : struct, IPortableFunction
    {
        double result = Math.Abs(x) <= TFunction.LaneLimit ? TFunction.Apply<ScalarLanes, double>(x) : TFunction.Outside(x);
        return double.IsNaN(result) ? FormatLimits.CanonicalNaN32 : (float)result;
    }

    public static void Run<TFunction>(ReadOnlySpan<float> source, Span<float> destination, int width)
        where TFunction : struct, IPortableFunction
    {
        SpanChecks.SameLengthNoShift(source, destination);
        int done = width switch
        {
            512 => Run512<TFunction>(source, destination),
            256 => Run256<TFunction>(source, destination),
            _ => 0,
        };
        for (int i = done; i < source.Length; i++)
            destination[i] = Run<TFunction>(source[i]);
    }

    private static int Run512<TFunction>(ReadOnlySpan<float> source, Span<float> destination)
        where TFunction : struct, IPortableFunction
    {
        ref float from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination);
        Vector256<float> limit = Vector256.Create(TFunction.LaneLimit);
        Vector512<double> canonical = Vector512.Create(FormatLimits.CanonicalNaN64);
        int i = 0;
        for (; i + 8 <= source.Length; i += 8)
        {
            Vector256<float> x = Vector256.LoadUnsafe(ref from, (nuint)i);
            if (!Vector256.LessThanOrEqualAll(Vector256.Abs(x), limit))
            {
                EachAlone<TFunction>(source.Slice(i, 8), destination.Slice(i, 8));
                continue;
            }

            Vector512<double> result = TFunction.Apply<Lanes512, Vector512<double>>(Avx512F.ConvertToVector512Double(x));
            result = Vector512.ConditionalSelect(Vector512.Equals(result, result), result, canonical);
            Avx512F.ConvertToVector256Single(result).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }

    private static int Run256<TFunction>(ReadOnlySpan<float> source, Span<float> destination)
        where TFunction : struct, IPortableFunction
    {
        ref float from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination);
        Vector128<float> limit = Vector128.Create(TFunction.LaneLimit);
        Vector256<double> canonical = Vector256.Create(FormatLimits.CanonicalNaN64);
        int i = 0;
        for (; i + 4 <= source.Length; i += 4)
        {
            Vector128<float> x = Vector128.LoadUnsafe(ref from, (nuint)i);
            if (!Vector128.LessThanOrEqualAll(Vector128.Abs(x), limit))
            {
                EachAlone<TFunction>(source.Slice(i, 4), destination.Slice(i, 4));
                continue;
            }

            Vector256<double> result = TFunction.Apply<Lanes256, Vector256<double>>(Avx.ConvertToVector256Double(x));
            result = Vector256.ConditionalSelect(Vector256.Equals(result, result), result, canonical);
            Avx.ConvertToVector128Single(result).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EachAlone<TFunction>(ReadOnlySpan<float> source, Span<float> destination)
        where TFunction : struct, IPortableFunction
    {
        for (int i = 0; i < source.Length; i++)
            destination[i] = Run<TFunction>(source[i]);
    }
}
