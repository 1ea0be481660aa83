using PlanForensics.Models;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Looks an operator's rows up in a memo and computes those that are missing, together.</summary>
internal sealed class MemoizedRows(OperatorMemo memo)
{
    /// <summary>Computes the rows at some indices, packed one after the other.</summary>
    public delegate void Compute(ReadOnlySpan<int> rows, float[] packed);

    public (float[] Values, UInt128[] Hashes) Run(
        DecoderOperator node, OperatorProgram program, int width, ReadOnlySpan<UInt128> first, ReadOnlySpan<UInt128> second, Compute compute)
    {
        UInt128 programHash = OperatorMemo.HashOf(program);
        float[] output = new float[first.Length * width];
        var hashes = new UInt128[first.Length];
        var missing = new List<int>();
        for (int row = 0; row < first.Length; row++)
        {
            if (memo.TryGet(new OperatorMemo.Key(node, programHash, first[row], second.IsEmpty ? default : second[row]), out float[] known, out hashes[row]))
                known.CopyTo(output.AsSpan(row * width));
            else
                missing.Add(row);
        }

        if (missing.Count == 0)
            return (output, hashes);
        float[] packed = missing.Count == first.Length ? output : new float[missing.Count * width];
        compute([.. missing], packed);
        for (int index = 0; index < missing.Count; index++)
        {
            int row = missing[index];
            float[] values = packed.AsSpan(index * width, width).ToArray();
            if (!ReferenceEquals(packed, output))
                values.CopyTo(output.AsSpan(row * width));
            hashes[row] = OperatorMemo.HashOf(values);
            memo.Add(new OperatorMemo.Key(node, programHash, first[row], second.IsEmpty ? default : second[row]), values, hashes[row]);
        }

        return (output, hashes);
    }

    public static UInt128[] HashRows(ReadOnlySpan<float> values, int rows)
    {
        var hashes = new UInt128[rows];
        int width = rows == 0 ? 0 : values.Length / rows;
        for (int row = 0; row < rows; row++)
            hashes[row] = OperatorMemo.HashOf(values.Slice(row * width, width));
        return hashes;
    }

    /// <summary>Rows of a (rows, width) array, one after the other; the array itself when all are wanted.</summary>
    public static ReadOnlySpan<float> Gather(float[] values, int width, ReadOnlySpan<int> rows)
    {
        if (rows.Length * width == values.Length)
            return values;
        float[] packed = new float[rows.Length * width];
        for (int index = 0; index < rows.Length; index++)
            values.AsSpan(rows[index] * width, width).CopyTo(packed.AsSpan(index * width));
        return packed;
    }
}
