using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>One element of two tensors, on both sides.</summary>
public sealed record ElementDifference
{
    internal ElementDifference(TensorValue a, TensorValue b, long index, long ulps)
    {
        Format = a.Format;
        Index = index;
        Coordinates = TensorElements.CoordinatesOf(index, a.Shape);
        BitsA = TensorElements.BitsAt(a, index);
        BitsB = TensorElements.BitsAt(b, index);
        ValueA = TensorElements.ValueOf(BitsA, Format);
        ValueB = TensorElements.ValueOf(BitsB, Format);
        Ulps = ulps;
    }

    /// <summary>The format of the element.</summary>
    public NumericFormat Format { get; }

    /// <summary>Flat index, row-major. 0-based.</summary>
    public long Index { get; }

    /// <summary>The same index as coordinates in the shape of side A, outermost first; empty for a scalar.</summary>
    public ValueList<int> Coordinates { get; }

    /// <summary>The bits on side A, in the low bits of the word.</summary>
    public ulong BitsA { get; }

    /// <summary>The bits on side B, in the low bits of the word.</summary>
    public ulong BitsB { get; }

    /// <summary>The value on side A, widened exactly. Bitwise: identical on every machine.</summary>
    public double ValueA { get; }

    /// <summary>The value on side B, widened exactly. Bitwise: identical on every machine.</summary>
    public double ValueB { get; }

    /// <summary>The distance in ulps of the format: 0 between -0 and +0, <see cref="UlpDistance.Incomparable"/> where a NaN allows none.</summary>
    public long Ulps { get; }

    /// <summary>Place, values, bits and distance.</summary>
    /// <returns>For example <c>[3,17] 1 (0x3F800000) and 1.0000001 (0x3F800001), 1 ulp</c>.</returns>
    public override string ToString()
    {
        return $"[{string.Join(',', Coordinates)}] {Show(ValueA, BitsA)} and {Show(ValueB, BitsB)}, {UlpText.Of(Ulps)}";
    }

    private string Show(double value, ulong bits)
    {
        string number = Format == NumericFormat.Fp64
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : ((float)value).ToString("R", CultureInfo.InvariantCulture);
        return $"{number} (0x{bits.ToString($"X{2 * NumericFormats.BytesPerElement(Format)}", CultureInfo.InvariantCulture)})";
    }
}
