using PlanForensics.Engines.Ggml;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Engines.Ggml;

/// <summary>ggml's vec_dot written as its loops over registers: the oracle of the families, which build programs instead.</summary>
internal static class VecDotLoops
{
    public static float Run(GgmlVectors vectors, NumericFormat format, float[] w, float[] a) => format switch
    {
        NumericFormat.Fp32 => Single(vectors, w, a),
        NumericFormat.Fp16 => Half(vectors, w, a),
        _ => Brain(vectors, w, a),
    };

    private static float Single(GgmlVectors vectors, float[] w, float[] a)
    {
        int lanes = vectors == GgmlVectors.Avx2 ? 8 : 16;
        int full = a.Length / (4 * lanes) * (4 * lanes);
        float sum = Accumulate(lanes, full, w, a, vectors == GgmlVectors.Avx2);
        int vector = lanes / 2;
        int multiplied = full + ((a.Length - full) / vector * vector);
        for (int k = full; k < a.Length; k++)
            sum = k < multiplied ? sum + (w[k] * a[k]) : MathF.FusedMultiplyAdd(w[k], a[k], sum);
        return sum;
    }

    private static float Half(GgmlVectors vectors, float[] w, float[] a)
    {
        int lanes = vectors == GgmlVectors.Avx2 ? 8 : 16;
        int full = a.Length / (4 * lanes) * (4 * lanes);
        return Tail(Accumulate(lanes, full, w, a, vectors == GgmlVectors.Avx2), full, w, a);
    }

    private static float Brain(GgmlVectors vectors, float[] w, float[] a)
    {
        if (vectors == GgmlVectors.Avx2)
            return Tail(Accumulate(8, a.Length / 32 * 32, w, a, false), a.Length / 32 * 32, w, a);
        int full = vectors == GgmlVectors.Avx512F ? a.Length / 32 * 32 : a.Length / 64 * 64;
        float[] first = new float[16];
        float[] second = new float[16];
        for (int k = 0; vectors == GgmlVectors.Avx512F && k < full; k++)
        {
            float[] register = k / 16 % 2 == 0 ? first : second;
            register[k % 16] = MathF.FusedMultiplyAdd(w[k], a[k], register[k % 16]);
        }

        for (int k = 0; vectors == GgmlVectors.Avx512 && k < full; k += 64)
        {
            for (int lane = 0; lane < 16; lane++)
            {
                first[lane] = Pair(first[lane], k + (2 * lane), w, a);
                second[lane] = Pair(second[lane], k + 32 + (2 * lane), w, a);
            }
        }

        return Tail((double)Fold(first) + Fold(second), full, w, a);
    }

    private static float Pair(float sum, int k, float[] w, float[] a) => MathF.FusedMultiplyAdd(w[k], a[k], MathF.FusedMultiplyAdd(w[k + 1], a[k + 1], sum));

    /// <summary>Four registers, 0 + 2 and 1 + 3, then both, then the lanes: by halves, or halves once and neighbours after.</summary>
    private static float Accumulate(int lanes, int full, float[] w, float[] a, bool horizontal)
    {
        float[][] registers = [new float[lanes], new float[lanes], new float[lanes], new float[lanes]];
        for (int k = 0; k < full; k++)
        {
            float[] register = registers[k / lanes % 4];
            register[k % lanes] = MathF.FusedMultiplyAdd(w[k], a[k], register[k % lanes]);
        }

        float[] sum = new float[lanes];
        for (int lane = 0; lane < lanes; lane++)
            sum[lane] = registers[0][lane] + registers[2][lane] + (registers[1][lane] + registers[3][lane]);
        return horizontal ? sum[0] + sum[4] + (sum[1] + sum[5]) + (sum[2] + sum[6] + (sum[3] + sum[7])) : Fold(sum);
    }

    private static float Fold(float[] sum)
    {
        for (int half = sum.Length / 2; half >= 1; half /= 2)
            for (int lane = 0; lane < half; lane++)
                sum[lane] += sum[lane + half];
        return sum[0];
    }

    private static float Tail(double sum, int full, float[] w, float[] a)
    {
        for (int k = full; k < a.Length; k++)
            sum += w[k] * a[k];
        return (float)sum;
    }
}
