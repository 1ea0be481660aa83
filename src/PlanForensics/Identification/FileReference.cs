using System.Globalization;

namespace PlanForensics.Identification;

/// <summary>A file as a manifest names it, with the rows that are taken: <c>A.bin</c>, <c>A.bin[:M]</c>, <c>A.bin[2:6]</c>.</summary>
/// <param name="File">The file, relative to the manifest.</param>
/// <param name="First">First row; null for the file's first.</param>
/// <param name="End">Row after the last; null for the file's end.</param>
internal sealed record FileReference(string File, int? First, int? End)
{
    /// <summary>Reads a reference; M, N and K in it stand for the case's sizes.</summary>
    public static FileReference Parse(string text, Func<string, int?> sizeOf, string subject)
    {
        int open = text.EndsWith(']') ? text.LastIndexOf('[') : -1;
        if (open < 0)
            return new FileReference(text, null, null);
        string[] bounds = text[(open + 1)..^1].Split(':');
        if (bounds.Length != 2)
            throw new ManifestFormatException(subject, $"\"{text}\" takes no rows that can be read; expected FILE[:M] or FILE[first:end]");
        return new FileReference(text[..open], Bound(bounds[0]), Bound(bounds[1]));

        int? Bound(string bound) => bound.Length == 0 ? null
            : int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : sizeOf(bound) ?? throw new ManifestFormatException(subject, $"\"{text}\" takes rows up to \"{bound}\", which the case does not give");
    }
}
