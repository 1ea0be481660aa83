using System.Globalization;

namespace PlanForensics.Store;

/// <summary>Times as UTC text of one length, so that text order is time order: <c>2026-03-01T12:00:00.0000000Z</c>.</summary>
internal static class StoreTime
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>Characters of a time.</summary>
    public const int Length = 28;

    // "O" of a UTC time is the pattern, in a fifth of the time.
    public static string? Format(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static void Format(DateTimeOffset time, Span<byte> utf8)
    {
        if (!time.UtcDateTime.TryFormat(utf8, out int written, "O", CultureInfo.InvariantCulture) || written != Length)
            throw new InvalidOperationException($"a time has {Length} characters, not {written}");
    }

    public static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(
        text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
