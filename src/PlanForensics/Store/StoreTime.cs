using System.Globalization;

namespace PlanForensics.Store;

/// <summary>Times as UTC text of one length, so that text order is time order: <c>2026-03-01T12:00:00.0000000Z</c>.</summary>
internal static class StoreTime
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static string? Format(DateTimeOffset? time) => time?.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    public static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(
        text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
