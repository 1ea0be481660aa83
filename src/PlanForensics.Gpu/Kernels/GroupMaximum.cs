using ILGPU;

namespace PlanForensics.Gpu.Kernels;

/// <summary>The largest of the numbers that the threads of a group have, in shared memory.</summary>
internal static class GroupMaximum
{
    /// <summary>Every thread gets it; a NaN poisons it. A group has a power of two of threads, and a place of <paramref name="scratch"/> for each.</summary>
    public static float Of(ArrayView<float> scratch, float own)
    {
        scratch[Group.IdxX] = own;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half >= 1; half >>= 1)
        {
            if (Group.IdxX < half)
                scratch[Group.IdxX] = AttentionMath.Max(scratch[Group.IdxX], scratch[Group.IdxX + half]);
            Group.Barrier();
        }

        return scratch[0];
    }
}
