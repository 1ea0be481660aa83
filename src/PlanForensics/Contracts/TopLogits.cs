using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>Finds the k largest logits in one pass. Of equal logits the lower id comes first; a NaN is larger than every number, as greedy decoding takes it.</summary>
internal static class TopLogits
{
    public static RecordedLogit[] Of(TensorValue logits, int count)
    {
        ReadOnlySpan<byte> bytes = logits.Bytes.Span;
        int tokens = bytes.Length / NumericFormats.BytesPerElement(logits.Format);
        var top = new (int Token, float Value)[Math.Min(count, tokens)];
        float[] widened = new float[Math.Min(tokens, 1024)];
        int found = 0;
        for (int start = 0; start < tokens; start += widened.Length)
        {
            Span<float> block = widened.AsSpan(0, Math.Min(widened.Length, tokens - start));
            Widen(bytes, logits.Format, start, block);
            Scan(block, start, top, ref found);
        }

        RecordedLogit[] records = new RecordedLogit[found];
        for (int place = 0; place < found; place++)
            records[place] = new RecordedLogit { Token = top[place].Token, Format = logits.Format, Bits = BitsOf(bytes, logits.Format, top[place].Token) };
        return records;
    }

    private static void Scan(ReadOnlySpan<float> block, int firstToken, (int Token, float Value)[] top, ref int found)
    {
        for (int index = 0; index < block.Length; index++)
        {
            // Eight at a time as long as none of them can enter: a NaN compares as not less or equal.
            while (found == top.Length && index + Vector256<float>.Count <= block.Length
                && Vector256.LessThanOrEqualAll(Vector256.Create(block[index..]), Vector256.Create(top[^1].Value)))
                index += Vector256<float>.Count;
            if (index < block.Length)
                Enter(block[index], firstToken + index, top, ref found);
        }
    }

    private static void Enter(float value, int token, (int Token, float Value)[] top, ref int found)
    {
        if (found == top.Length && !IsLarger(value, top[^1].Value))
            return;
        int place = found < top.Length ? found++ : found - 1;
        for (; place > 0 && IsLarger(value, top[place - 1].Value); place--)
            top[place] = top[place - 1];
        top[place] = (token, value);
    }

    private static void Widen(ReadOnlySpan<byte> bytes, NumericFormat format, int start, Span<float> block)
    {
        switch (format)
        {
            case NumericFormat.Fp32:
                MemoryMarshal.Cast<byte, float>(bytes).Slice(start, block.Length).CopyTo(block);
                break;
            case NumericFormat.Bf16:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes).Slice(start, block.Length);
                for (int index = 0; index < block.Length; index++)
                    block[index] = BitConverter.UInt32BitsToSingle((uint)halves[index] << 16);
                break;
            default:
                ReadOnlySpan<Half> values = MemoryMarshal.Cast<byte, Half>(bytes).Slice(start, block.Length);
                for (int index = 0; index < block.Length; index++)
                    block[index] = (float)values[index];
                break;
        }
    }

    private static uint BitsOf(ReadOnlySpan<byte> bytes, NumericFormat format, int token) => format == NumericFormat.Fp32
        ? MemoryMarshal.Cast<byte, uint>(bytes)[token]
        : MemoryMarshal.Cast<byte, ushort>(bytes)[token];

    private static bool IsLarger(float left, float right) => left > right || (float.IsNaN(left) && !float.IsNaN(right));
}
