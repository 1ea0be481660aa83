using PlanForensics.Kernels.TensorCores;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>One m16n8k16 tile of a matrix unit, fp16 operands and fp32 accumulators, on one thread.</summary>
internal static class TensorCoreRows
{
    public static IEnumerable<PeerRow> Run()
    {
        foreach (string gpu in (string[])["A100", "H100"])
        {
            TensorCoreModel model = TensorCoreCatalog.Get(gpu, NumericFormat.Fp16, NumericFormat.Fp32);
            float[] a = Samples.Values(16 * 16, 1, NumericFormat.Fp16), b = Samples.Values(16 * 8, 2, NumericFormat.Fp16), c = Samples.Values(16 * 8, 3), d = new float[c.Length];
            double time = Interleaved.Medians(0.3, () => TensorCore.MultiplyAddTile(model, (16, 8, 16), a, b, c, d))[0];
            int equal = 0;
            for (int row = 0; row < 16; row++)
            {
                for (int column = 0; column < 8; column++)
                {
                    float[] terms = [.. Enumerable.Range(0, 16).Select(k => b[(k * 8) + column])];
                    float sum = c[(row * 8) + column];
                    for (int k = 0; k < 16; k += model.Step.BlockLength)
                        sum = TensorCore.MultiplyAdd(model, a.AsSpan((row * 16) + k, model.Step.BlockLength), terms.AsSpan(k, model.Step.BlockLength), sum);
                    equal += BitConverter.SingleToInt32Bits(sum) == BitConverter.SingleToInt32Bits(d[(row * 8) + column]) ? 1 : 0;
                }
            }

            if (equal != 128)
                throw new InvalidOperationException($"{gpu}: {equal} of 128 elements of the tile are those of the step taken one element at a time");
            yield return PeerRow.Times($"tensor core tile m16n8k16 fp16, {gpu}", 1, time, 1e-6, "1 microsecond", 1, "128 of 128 equal", $"{time * 1e6:F2} us");
        }
    }
}
