using PlanForensics.Gpu.Programs;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Terms unpacked from words.</summary>
internal readonly struct WordTerms(float[] values) : IOperand
{
    public float At(int index) => values[index];

    public static WordTerms Of(ReadOnlySpan<uint> words, NumericFormat format)
    {
        int terms = format == NumericFormat.Tf32 ? 1 : 2;
        float[] values = new float[words.Length * terms];
        for (int index = 0; index < values.Length; index++)
        {
            uint word = words[index / terms];
            ushort half = (ushort)(index % 2 == 0 ? word : word >> 16);
            values[index] = format switch
            {
                NumericFormat.Bf16 => BitConverter.UInt32BitsToSingle((uint)half << 16),
                NumericFormat.Fp16 => Fp16.ToSingle(half),
                _ => Tf32.ToSingle(word),
            };
        }

        return new WordTerms(values);
    }
}
