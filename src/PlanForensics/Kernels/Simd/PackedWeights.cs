using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PlanForensics.Kernels.Threading;
using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>
/// Weights as panels of columns, (panel, K, panel width), rounded to an operand format: bfloat16 values in two bytes each, others in four. The last panel is filled up with ones, whose
/// results nobody reads.
/// </summary>
internal sealed unsafe class PackedWeights : IPackedRows
{
    private const int Alignment = 64;
    private const int BytesPerThread = 1 << 20;

    private readonly float[] _memory;
    private readonly byte* _start;

    private PackedWeights(WeightMatrix matrix, int width, NumericFormat format, bool isBf16)
    {
        (Width, IsBf16) = (width, isBf16);
        PanelLength = (nint)matrix.Depth * width;
        long length = (matrix.Outputs + (long)width - 1) / width * PanelLength * ElementBytes / sizeof(float);
        if (length > Array.MaxLength - Alignment)
            throw new ArgumentException($"a weight matrix of {matrix.Outputs} x {matrix.Depth} does not fit one packed array of {Array.MaxLength} values", nameof(matrix));
        _memory = GC.AllocateUninitializedArray<float>((int)length + Alignment, pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _start = (byte*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        if (!HoldsStored(matrix, format))
        {
            Fill(matrix, format);
            return;
        }

        FillStored(matrix);
        matrix.MoveInto(this);
    }

    /// <summary>Columns of a panel.</summary>
    public int Width { get; }

    /// <summary>Elements of a panel.</summary>
    public nint PanelLength { get; }

    /// <summary>Whether elements are bfloat16, two bytes each.</summary>
    public bool IsBf16 { get; }

    /// <summary>Bytes of a panel.</summary>
    public nint PanelBytes => PanelLength * ElementBytes;

    private int ElementBytes => IsBf16 ? sizeof(ushort) : sizeof(float);

    /// <inheritdoc/>
    public void CopyStoredRow(int output, Span<byte> destination)
    {
        float* panel = Panel(output / Width);
        int column = output % Width;
        if (IsBf16)
            Gather((ushort*)panel + column, MemoryMarshal.Cast<byte, ushort>(destination), Width);
        else
            Gather((uint*)panel + column, MemoryMarshal.Cast<byte, uint>(destination), Width);
        GC.KeepAlive(_memory);
    }

    /// <summary>A panel's first element, of whatever size.</summary>
    public float* Panel(int index) => (float*)(_start + (index * PanelBytes));

    /// <summary>The panels of a matrix, made once for each width and format; formats that change no weight share the unrounded panels.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="format">The operand format.</param>
    /// <param name="mayBeBf16">Whether the kernel reads panels of two-byte elements.</param>
    /// <returns>The panels.</returns>
    public static PackedWeights Of(WeightMatrix matrix, int width, NumericFormat format, bool mayBeBf16)
    {
        bool isBf16 = mayBeBf16 && matrix.Format == NumericFormat.Bf16;
        if (format is NumericFormat.Fp32 or NumericFormat.Fp64 || format == matrix.Format)
            return matrix.Packed($"panels {width}{(isBf16 ? " in bf16" : "")}", m => new PackedWeights(m, width, NumericFormat.Fp32, isBf16));
        isBf16 = mayBeBf16 && format == NumericFormat.Bf16;
        return matrix.Packed(
            $"panels {width} {NumericFormats.NameOf(format)}{(isBf16 ? " in bf16" : "")}",
            m => !isBf16 && IsRepresentable(m, format) ? Of(m, width, NumericFormat.Fp32, mayBeBf16) : new PackedWeights(m, width, format, isBf16));
    }

    private static bool IsRepresentable(WeightMatrix matrix, NumericFormat format)
    {
        float[] values = new float[matrix.Depth];
        float[] rounded = new float[matrix.Depth];
        for (int output = 0; output < matrix.Outputs; output++)
        {
            matrix.CopyRow(output, values);
            Operands.Round(values, rounded, format);
            if (!MemoryMarshal.AsBytes(values.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(rounded.AsSpan())))
                return false;
        }

        return true;
    }

    private void Fill(WeightMatrix matrix, NumericFormat format)
    {
        float[] values = new float[matrix.Depth];
        float[] row = new float[matrix.Depth];
        int panels = (matrix.Outputs + Width - 1) / Width;
        for (int panel = 0; panel < panels; panel++)
        {
            for (int column = 0; column < Width; column++)
            {
                int output = (panel * Width) + column;
                if (output < matrix.Outputs)
                {
                    matrix.CopyRow(output, values);
                    Operands.Round(values, row, format);
                }
                else
                {
                    Array.Fill(row, 1f);
                }

                Place(row, Panel(panel), column);
            }
        }

        GC.KeepAlive(_memory);
    }

    /// <summary>Whether the panels hold each stored element in its own format, not rounded.</summary>
    private bool HoldsStored(WeightMatrix matrix, NumericFormat format) =>
        format == NumericFormat.Fp32 && !matrix.StoredBytes.IsEmpty && (IsBf16 ? matrix.Format == NumericFormat.Bf16 : matrix.Format == NumericFormat.Fp32);

    private void FillStored(WeightMatrix matrix)
    {
        ReadOnlyMemory<byte> stored = matrix.StoredBytes;
        int rowBytes = matrix.Depth * ElementBytes;
        byte[] ones = new byte[rowBytes]; // 1 is 0x3F80 in bf16 and 0x3F800000 in fp32
        for (int element = ElementBytes; element <= rowBytes; element += ElementBytes)
            (ones[element - 2], ones[element - 1]) = (0x80, 0x3F);
        int panels = (matrix.Outputs + Width - 1) / Width;
        int threads = Parallelism.Threads(stored.Length, BytesPerThread, Environment.ProcessorCount);
        Parallelism.For(panels, threads, panel => FillPanel(panel, matrix.Outputs, stored.Span, ones), CancellationToken.None);
        GC.KeepAlive(_memory);
    }

    private void FillPanel(int panel, int outputs, ReadOnlySpan<byte> stored, byte[] ones)
    {
        for (int column = 0; column < Width; column++)
        {
            int output = (panel * Width) + column;
            ReadOnlySpan<byte> row = output < outputs ? stored.Slice(output * ones.Length, ones.Length) : ones;
            if (IsBf16)
                Scatter(MemoryMarshal.Cast<byte, ushort>(row), (ushort*)Panel(panel) + column, Width);
            else
                Scatter(MemoryMarshal.Cast<byte, uint>(row), (uint*)Panel(panel) + column, Width);
        }
    }

    private static void Gather<T>(T* source, Span<T> destination, int stride)
        where T : unmanaged
    {
        for (int k = 0; k < destination.Length; k++)
            destination[k] = source[(nint)k * stride];
    }

    private static void Scatter<T>(ReadOnlySpan<T> source, T* destination, int stride)
        where T : unmanaged
    {
        for (int k = 0; k < source.Length; k++)
            destination[(nint)k * stride] = source[k];
    }

    private void Place(float[] row, float* panel, int column)
    {
        if (IsBf16)
        {
            for (int k = 0; k < row.Length; k++)
                ((ushort*)panel)[((nint)k * Width) + column] = (ushort)(BitConverter.SingleToUInt32Bits(row[k]) >> 16);
            return;
        }

        for (int k = 0; k < row.Length; k++)
            panel[((nint)k * Width) + column] = row[k];
    }
}
