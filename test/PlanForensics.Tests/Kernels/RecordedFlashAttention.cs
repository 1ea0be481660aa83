using System.Runtime.InteropServices;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Kernels;

/// <summary>A recorded flash attention of ../shared/ggml.</summary>
internal sealed record RecordedFlashAttention(string File, string Format, int Rows, int Keys, bool Masked)
{
    public const int Heads = 4;
    public const int Dimension = 64;
    private const int KeyHeads = 2;

    public FlashAttentionInput Input()
    {
        float[] keys = Stored($"fa_K_h2_kv{Keys}_d64.bin");
        float[] values = Stored($"fa_V_h2_kv{Keys}_d64.bin");
        float[] mask = Masked ? Stored($"fa_mask_n{Rows}_kv{Keys}.bin") : [];
        if (Format == "f16")
        {
            Rounding.RoundInPlace(keys, NumericFormat.Fp16);
            Rounding.RoundInPlace(values, NumericFormat.Fp16);
        }

        return new FlashAttentionInput(Heads, KeyHeads, Rows, Keys, Stored($"fa_Q_h4_n{Rows}_d64.bin"), keys, values, mask, 0.125f);
    }

    public int Mismatches(string plan, IOperatorKernels? kernels = null)
    {
        float[] output = new float[Rows * Heads * Dimension];
        var program = (FlashAttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(Rows, Keys, Dimension));
        (kernels ?? KernelSelection.Default).FlashAttention(program, Input(), output);
        float[] expected = Stored(File);
        return Enumerable.Range(0, output.Length).Count(index => BitConverter.SingleToUInt32Bits(output[index]) != BitConverter.SingleToUInt32Bits(expected[index]));
    }

    private static float[] Stored(string file) => MemoryMarshal.Cast<byte, float>(System.IO.File.ReadAllBytes(SharedData.PathOf("ggml", file))).ToArray();
}
