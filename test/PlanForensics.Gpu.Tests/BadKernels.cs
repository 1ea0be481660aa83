using ILGPU;
using PlanForensics.Gpu.Turnstiles;

namespace PlanForensics.Gpu.Tests;

/// <summary>Kernels as one would write them without the arithmetic policy; each breaks one rule of the lint.</summary>
internal static class BadKernels
{
    public static void Contractible(ArrayView<float> a, ArrayView<float> b) => b[0] = (a[0] * a[1]) + a[2];

    public static void Approximate(ArrayView<float> a, ArrayView<float> b) => b[0] = MathF.Sin(a[0]);

    public static void External(ArrayView<float> a, ArrayView<float> b) => b[0] = MathF.FusedMultiplyAdd(a[0], a[1], a[2]);

    public static void Extremum(ArrayView<float> a, ArrayView<float> b) => b[0] = MathF.Max(a[0], a[1]);

    public static void AtomicSum(ArrayView<float> a, ArrayView<float> b) => Atomic.Add(ref b[0], a[0]);

    public static void Local(ArrayView<float> a, ArrayView<float> b)
    {
        ArrayView<float> memory = LocalMemory.Allocate<float>(8);
        for (int index = 0; index < 8; index++)
            memory[index] = a[index];
        b[0] = memory[(int)b[1]];
    }

    public static void TurnReadOnce(ArrayView<int> turns, ArrayView<float> b)
    {
        if (TurnOperations.Acquire(ref turns[0]) == Group.IdxX)
            b[0] = b[1];
    }

    public static void TurnAwaited(ArrayView<int> turns, ArrayView<float> b)
    {
        while (TurnOperations.Acquire(ref turns[0]) != Group.IdxX)
        {
        }

        b[0] = b[1];
    }
}
