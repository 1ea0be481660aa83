using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>Finds the k largest logits in one pass. Of equal logits the lower id comes first; a NaN is larger than every number, as greedy decoding takes it.</summary>
internal static class TopLogits
{
    public static RecordedLogit[] Of(TensorValue logits, int count)
    {
        ReadOnlySpan<byte> bytes = logits.Bytes.Span;
        int width = NumericFormats.BytesPerElement(logits.Format);
        List<RecordedLogit> top = new(Math.Min(count, 64));
        for (int token = 0; token < bytes.Length / width; token++)
        {
            uint bits = width == 4
                ? MemoryMarshal.Read<uint>(bytes[(4 * token)..])
                : MemoryMarshal.Read<ushort>(bytes[(2 * token)..]);
            RecordedLogit candidate = new() { Token = token, Format = logits.Format, Bits = bits };
            if (top.Count == count && !IsLarger(candidate.Value, top[^1].Value))
                continue;
            int place = top.Count;
            while (place > 0 && IsLarger(candidate.Value, top[place - 1].Value))
                place--;
            if (top.Count == count)
                top.RemoveAt(count - 1);
            top.Insert(place, candidate);
        }

        return [.. top];
    }

    private static bool IsLarger(float left, float right) => left > right || (float.IsNaN(left) && !float.IsNaN(right));
}
