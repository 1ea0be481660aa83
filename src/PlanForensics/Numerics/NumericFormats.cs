namespace PlanForensics.Numerics;

/// <summary>Canonical names and storage sizes of <see cref="NumericFormat"/> values.</summary>
public static class NumericFormats
{
    /// <summary>The canonical lower-case name, as plans, contracts and the store spell it.</summary>
    /// <param name="format">The format to name.</param>
    /// <returns><c>fp32</c>, <c>fp64</c>, <c>tf32</c>, <c>bf16</c>, <c>fp16</c>, <c>fp8e4m3</c>, <c>fp8e5m2</c>, <c>int8</c> or <c>int32</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a defined format.</exception>
    public static string NameOf(NumericFormat format) => format switch
    {
        NumericFormat.Fp32 => "fp32",
        NumericFormat.Fp64 => "fp64",
        NumericFormat.Tf32 => "tf32",
        NumericFormat.Bf16 => "bf16",
        NumericFormat.Fp16 => "fp16",
        NumericFormat.Fp8E4M3 => "fp8e4m3",
        NumericFormat.Fp8E5M2 => "fp8e5m2",
        NumericFormat.Int8 => "int8",
        NumericFormat.Int32 => "int32",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a defined numeric format"),
    };

    /// <summary>Reads a canonical name.</summary>
    /// <param name="name">The name, in lower case.</param>
    /// <param name="format">The format named, when the method returns true.</param>
    /// <returns>Whether the name is a canonical one.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out NumericFormat format)
    {
        foreach (NumericFormat candidate in Enum.GetValues<NumericFormat>())
        {
            if (name.SequenceEqual(NameOf(candidate)))
            {
                format = candidate;
                return true;
            }
        }

        format = default;
        return false;
    }

    /// <summary>Bytes that one number occupies in memory and on disk.</summary>
    /// <param name="format">The format.</param>
    /// <returns>8, 4, 2 or 1; TF32 is stored in 4 bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a defined format.</exception>
    public static int BytesPerElement(NumericFormat format) => format switch
    {
        NumericFormat.Fp64 => 8,
        NumericFormat.Fp32 or NumericFormat.Tf32 or NumericFormat.Int32 => 4,
        NumericFormat.Bf16 or NumericFormat.Fp16 => 2,
        NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2 or NumericFormat.Int8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a defined numeric format"),
    };
}
