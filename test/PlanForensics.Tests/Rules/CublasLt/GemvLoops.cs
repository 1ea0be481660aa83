using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Tests.Rules.CublasLt;

/// <summary>The gemv kernels written as loops over thread arrays in binary32, without chains: the oracle of their lowering.</summary>
internal static class GemvLoops
{
    public static float Lanes(float[] a, float[] b, GemvLaneRecipe recipe, int splits)
    {
        int slice = (a.Length + splits - 1) / splits;
        int perLane = (slice + recipe.Lanes - 1) / recipe.Lanes;
        int vector = recipe.Vector > 0 ? recipe.Vector : Math.Min(-recipe.Vector, perLane);
        float total = 0;
        for (int start = 0; start < a.Length; start += slice)
            total += LaneSlice(a, b, start, Math.Min(start + slice, a.Length), recipe, vector);
        return total;
    }

    public static float Blocks(float[] a, float[] b, int blocks, int vector, bool flat)
    {
        int tile = 128 * vector;
        float[] partials = new float[blocks];
        for (int block = 0; block < blocks; block++)
        {
            float[,] accumulators = new float[128, vector];
            for (int start = block * tile; start < a.Length; start += blocks * tile)
                for (int index = start; index < Math.Min(start + tile, a.Length); index++)
                    accumulators[(index - start) / vector, (index - start) % vector] += a[index] * b[index];
            float[] threads = new float[128];
            for (int thread = 0; thread < 128; thread++)
                for (int place = 0; place < vector; place++)
                    threads[thread] += accumulators[thread, place];
            partials[block] = CountDown(threads, 1);
        }

        return flat ? Flat(partials) : Second(partials);
    }

    private static float LaneSlice(float[] a, float[] b, int start, int end, GemvLaneRecipe recipe, int vector)
    {
        int tile = vector * recipe.Lanes;
        int tiles = (end - start + tile - 1) / tile;
        int chunk = recipe.ChunkTiles == 0 ? tiles : recipe.ChunkTiles;
        float[] totals = new float[recipe.Lanes];
        for (int first = 0; first < tiles; first += chunk)
        {
            float[] sums = new float[recipe.Lanes];
            int from = start + (first * tile);
            for (int index = from; index < Math.Min(from + (chunk * tile), end); index++)
                sums[(index - start) / vector % recipe.Lanes] += a[index] * b[index];
            for (int lane = 0; lane < totals.Length; lane++)
                totals[lane] += sums[lane];
        }

        return recipe.CountsDown ? CountDown(totals, 1) : totals.Aggregate(0f, (sum, value) => sum + value);
    }

    private static float CountDown(float[] values, int to)
    {
        float[] left = [.. values];
        for (int half = left.Length / 2; half >= to; half /= 2)
            for (int index = 0; index < half; index++)
                left[index] += left[index + half];
        return left[0];
    }

    private static float Second(float[] partials)
    {
        float[] q = new float[128];
        for (int index = 0; index < partials.Length; index++)
            q[index % 128] += partials[index];
        for (int thread = 0; thread < 64; thread++)
            q[thread] += q[thread + 64];
        for (int thread = 0; thread < 32; thread++)
            q[thread] += q[thread + 32];
        return Flat(q[..32]);
    }

    private static float Flat(float[] values)
    {
        float[] sums = new float[4];
        for (int index = 0; index < values.Length; index++)
            sums[index % 4] += values[index];
        return ((sums[0] + sums[1]) + sums[2]) + sums[3];
    }
}
