using System.Globalization;
using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>Collects the fields of two requests, field by field. A field that neither side recorded is left out.</summary>
internal sealed class RequestFieldList
{
    private const string Recorded = "recorded values";
    private const int LongestText = 120;
    private const int ExcerptBefore = 20;

    private readonly List<RequestFieldComparison> _fields = [];

    public IReadOnlyList<RequestFieldComparison> Fields => _fields;

    public void Add<T>(string field, RequestFieldEffect effect, T? a, T? b)
        where T : struct, IFormattable => Add(
            field,
            effect,
            a?.ToString(null, CultureInfo.InvariantCulture),
            b?.ToString(null, CultureInfo.InvariantCulture),
            EqualityComparer<T?>.Default.Equals(a, b));

    public void Add(string field, RequestFieldEffect effect, bool? a, bool? b) => Add(field, effect, Word(a), Word(b), a == b);

    /// <summary>Adds text that privacy mode may have replaced by the text form of a keyed hash.</summary>
    public void AddText(string field, RequestFieldEffect effect, string? a, string? b)
    {
        ContentHash? hashA = KeyedHash(a);
        ContentHash? hashB = KeyedHash(b);
        if (a is not null && b is not null && a != b && (hashA is not null || hashB is not null) && hashA?.KeyId != hashB?.KeyId)
            _fields.Add(new(field, effect, EqualityFinding.Undecidable(HashKeys.NotComparable("the text", hashA ?? Plain(a), hashB ?? Plain(b))), a, b));
        else
            Add(field, effect, a, b, a == b);
    }

    /// <summary>Adds content that is recorded as text, as a hash, or as both.</summary>
    public void AddContent(string field, RequestFieldEffect effect, string? textA, ContentHash? hashA, string? textB, ContentHash? hashB)
    {
        if (textA is not null && textB is not null)
        {
            Add(field, effect, textA, textB, textA == textB);
            return;
        }

        ContentHash? a = hashA ?? Plain(textA);
        ContentHash? b = hashB ?? Plain(textB);
        if (a is not null && b is not null && !a.IsComparableTo(b))
        {
            a = Plain(textA) ?? a;
            b = Plain(textB) ?? b;
        }

        if (a is not null && b is not null && !a.IsComparableTo(b))
            _fields.Add(new(field, effect, EqualityFinding.Undecidable(HashKeys.NotComparable("the text", a, b)), a.ToString(), b.ToString()));
        else
            Add(field, effect, a?.ToString(), b?.ToString(), a == b);
    }

    public void AddUnknown(string prefix, RequestFieldEffect effect, UnknownFields? a, UnknownFields? b)
    {
        IEnumerable<string> names = (a?.Keys ?? []).Union(b?.Keys ?? []).Order(StringComparer.Ordinal);
        foreach (string name in names)
        {
            System.Text.Json.JsonElement mine = default;
            System.Text.Json.JsonElement theirs = default;
            bool onA = a?.TryGetValue(name, out mine) ?? false;
            bool onB = b?.TryGetValue(name, out theirs) ?? false;
            Add(
                prefix + name,
                effect,
                onA ? mine.GetRawText() : null,
                onB ? theirs.GetRawText() : null,
                onA && onB && System.Text.Json.JsonElement.DeepEquals(mine, theirs));
        }
    }

    private void Add(string field, RequestFieldEffect effect, string? a, string? b, bool equal)
    {
        if (a is null && b is null)
            return;
        EqualityFinding finding = a is null || b is null
            ? EqualityFinding.Undecidable(Missing.Text(field, a is not null, b is not null))
            : EqualityFinding.Of(equal, Recorded);
        int common = a is null || b is null ? 0 : a.AsSpan().CommonPrefixLength(b);
        _fields.Add(new(field, effect, finding, Excerpt(a, common), Excerpt(b, common)));
    }

    private static string? Excerpt(string? text, int firstDifferent)
    {
        if (text is null || text.Length <= LongestText)
            return text;
        int start = Math.Max(0, Math.Min(firstDifferent - ExcerptBefore, text.Length - LongestText));
        string middle = text.Substring(start, LongestText);
        string before = start > 0 ? "..." : "";
        string after = start + LongestText < text.Length ? "..." : "";
        return FormattableString.Invariant($"{before}{middle}{after} (characters {start} to {start + LongestText} of {text.Length})");
    }

    private static ContentHash? Plain(string? text) => text is null ? null : ContentHash.OfText(text);

    private static ContentHash? KeyedHash(string? text) => ContentHash.TryParse(text, out ContentHash? hash) && hash.IsKeyed ? hash : null;

    private static string? Word(bool? value) => value switch
    {
        null => null,
        true => "true",
        false => "false",
    };
}
