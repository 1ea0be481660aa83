using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>Formats run together: <c>bf16f32</c>, <c>i8i32</c>.</summary>
internal static class FormatRun
{
    private static readonly string[] Codes = ["tf32", "bf16", "e4m3", "e5m2", "f16", "f32", "i32", "s32", "i8", "s8"];

    /// <summary>The formats, or null where something else is in the text.</summary>
    public static IReadOnlyList<NumericFormat>? Read(string text)
    {
        List<NumericFormat> formats = [];
        int at = 0;
        while (at < text.Length)
        {
            string? code = Array.Find(Codes, code => string.CompareOrdinal(text, at, code, 0, code.Length) == 0);
            if (code is null || KernelFormats.OfWord(code) is not { } format)
                return null;
            formats.Add(format);
            at += code.Length;
        }

        return formats;
    }
}
