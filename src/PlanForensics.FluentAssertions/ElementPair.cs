using System.Globalization;
using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>One element of two tensors in words; side A is the expected one.</summary>
internal readonly record struct ElementPair(ElementDifference Difference)
{
    public override string ToString() =>
        $"[{string.Join(',', Difference.Coordinates)}] {Show(Difference.ValueA, Difference.BitsA)} expected, {Show(Difference.ValueB, Difference.BitsB)} found, {ElementText.Ulps(Difference.Ulps, Difference.Format)}";

    private string Show(double value, ulong bits)
    {
        string number = Difference.Format == NumericFormat.Fp64 ? ElementText.Number(value) : ((float)value).ToString("R", CultureInfo.InvariantCulture);
        return $"{number} (0x{bits.ToString($"X{2 * NumericFormats.BytesPerElement(Difference.Format)}", CultureInfo.InvariantCulture)})";
    }
}
