using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>Weights as panels of columns, (panel, K, panel width), rounded to an operand format. The last panel is filled up with ones, whose results nobody reads.</summary>
internal sealed unsafe class PackedWeights
{
    private const int Alignment = 64;

    private readonly float[] _memory;
    private readonly float* _values;

    private PackedWeights(WeightMatrix matrix, int width, NumericFormat format)
    {
        Width = width;
        PanelLength = (nint)matrix.Depth * width;
        long length = (matrix.Outputs + (long)width - 1) / width * PanelLength;
        if (length > Array.MaxLength - Alignment)
            throw new ArgumentException($"a weight matrix of {matrix.Outputs} x {matrix.Depth} does not fit one packed array of {Array.MaxLength} values", nameof(matrix));
        _memory = GC.AllocateUninitializedArray<float>((int)length + Alignment, pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _values = (float*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        Fill(matrix, format);
    }

    /// <summary>Columns of a panel.</summary>
    public int Width { get; }

    /// <summary>Values of a panel.</summary>
    public nint PanelLength { get; }

    public float* Panel(int index) => _values + (index * PanelLength);

    /// <summary>The panels of a matrix, made once for each width and format; formats that change no weight share the unrounded panels.</summary>
    public static PackedWeights Of(WeightMatrix matrix, int width, NumericFormat format)
    {
        if (format is NumericFormat.Fp32 or NumericFormat.Fp64)
            return matrix.Packed($"panels {width}", m => new PackedWeights(m, width, NumericFormat.Fp32));
        return matrix.Packed(
            $"panels {width} {NumericFormats.NameOf(format)}",
            m => IsRepresentable(m, format) ? Of(m, width, NumericFormat.Fp32) : new PackedWeights(m, width, format));
    }

    private static bool IsRepresentable(WeightMatrix matrix, NumericFormat format)
    {
        float[] row = new float[matrix.Depth];
        for (int output = 0; output < matrix.Outputs; output++)
        {
            ReadOnlySpan<float> values = matrix.Values.Span.Slice(output * matrix.Depth, matrix.Depth);
            Operands.Round(values, row, format);
            if (!MemoryMarshal.AsBytes(values).SequenceEqual(MemoryMarshal.AsBytes(row.AsSpan())))
                return false;
        }

        return true;
    }

    private void Fill(WeightMatrix matrix, NumericFormat format)
    {
        float[] row = new float[matrix.Depth];
        int panels = (matrix.Outputs + Width - 1) / Width;
        for (int panel = 0; panel < panels; panel++)
        {
            float* destination = Panel(panel);
            for (int column = 0; column < Width; column++)
            {
                int output = (panel * Width) + column;
                if (output < matrix.Outputs)
                    Operands.Round(matrix.Values.Span.Slice(output * matrix.Depth, matrix.Depth), row, format);
                else
                    Array.Fill(row, 1f);
                for (int k = 0; k < row.Length; k++)
                    destination[((nint)k * Width) + column] = row[k];
            }
        }

        GC.KeepAlive(_memory);
    }
}
