using PlanForensics.Numerics;

namespace PlanForensics.Diffing.Arrays;

/// <summary>Maps a dtype description of a .npy header (<c>&lt;f4</c>) to a format.</summary>
internal static class NpyDescription
{
    public static NumericFormat FormatOf(string description, NumericFormat? asked, string path)
    {
        if (description.Length < 3 || description[0] is not ('<' or '|' or '>' or '='))
            throw Refused(description, path, "is no simple dtype");
        string kind = description[1..];
        if (description[0] == '>')
            throw Refused(description, path, "is big-endian; write it with .astype(a.dtype.newbyteorder('<'))");
        if (description[0] == '=')
            throw Refused(description, path, "leaves the byte order to the machine; write '<'");
        NumericFormat? named = kind switch
        {
            "f2" => NumericFormat.Fp16,
            "f4" => NumericFormat.Fp32,
            "f8" => NumericFormat.Fp64,
            "i1" => NumericFormat.Int8,
            "i4" => NumericFormat.Int32,
            _ => null,
        };
        if (named is { } exact && (asked is null || asked == exact))
            return exact;
        if (asked is { } wanted && OpaqueWidth(kind, named) == NumericFormats.BytesPerElement(wanted))
            return wanted;
        if (named is { } other)
            throw Refused(description, path, $"is {NumericFormats.NameOf(other)}, but {NumericFormats.NameOf(asked!.Value)} was asked for");
        if (OpaqueWidth(kind, named) is not { } width)
            throw Refused(description, path, "is not read here; convert it to f2, f4, f8, i1 or i4, or store the bits as u1, u2 or u4");
        IEnumerable<NumericFormat> candidates = Enum.GetValues<NumericFormat>().Where(format => NumericFormats.BytesPerElement(format) == width);
        string names = string.Join(", ", candidates.Select(NumericFormats.NameOf));
        throw Refused(description, path, $"names {width} bytes without saying what they are; give the format, one of {names}");
    }

    // tf32 is commonly saved as f4; f1 is what ml_dtypes writes for fp8.
    private static int? OpaqueWidth(string kind, NumericFormat? named) => kind switch
    {
        "V1" or "u1" or "f1" => 1,
        "V2" or "u2" => 2,
        "V4" or "u4" => 4,
        "f4" when named == NumericFormat.Fp32 => 4,
        "V8" or "u8" => 8,
        _ => null,
    };

    private static ArrayFormatException Refused(string description, string path, string problem) =>
        new(path, $"descr '{Shown(description)}' {problem}", NpyHeader.Magic.Length);

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
