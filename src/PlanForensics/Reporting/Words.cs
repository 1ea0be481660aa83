using System.Globalization;
using System.Text;
using System.Text.Json;
using PlanForensics.Numerics;

namespace PlanForensics.Reporting;

/// <summary>Numbers, names and recorded text as reports write them.</summary>
internal static class Words
{
    private const int ShortHash = 12;

    public static string Of(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{Of(count)} {noun}s";

    public static string Ulps(long? ulps) => ulps switch
    {
        null => "not recorded",
        UlpDistance.Incomparable => "no distance (NaN)",
        1 => "1 ulp",
        _ => $"{Of(ulps.Value)} ulps",
    };

    public static string Share(double share) => (100 * share).ToString(share is > 0 and < 0.001 or > 0.999 and < 1 ? "0.####" : "0.##", CultureInfo.InvariantCulture) + " %";

    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The name of an enum's member in snake_case.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static string InWords(string name) => name.Replace('_', ' ');

    public static string Short(string hash) => hash.Length <= ShortHash ? hash : hash[..ShortHash];

    /// <summary>The distance as JSON has it: none where a NaN has none.</summary>
    public static long? OrNull(long ulps) => ulps == UlpDistance.Incomparable ? null : ulps;

    /// <summary>The first letter large.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Recorded text on one line: what is invisible, or turns the direction of writing, becomes an escape.</summary>
    public static string Visible(string text)
    {
        StringBuilder shown = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n')
                shown.Append("\\n");
            else if (rune.Value == '\t')
                shown.Append("\\t");
            else if (rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                shown.Append(rune.ToString());
        }

        return shown.ToString();
    }

    /// <summary>The same in quotes.</summary>
    public static string Quote(string text) => $"\"{Visible(text)}\"";
}
