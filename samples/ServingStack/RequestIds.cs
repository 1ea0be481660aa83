using System.Globalization;

namespace ServingStack;

/// <summary>Names of requests: short enough to be typed, unique in a store that several runs of the server write.</summary>
public static class RequestIds
{
    private static readonly string Run = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
    private static int _count;

    /// <summary>The next name.</summary>
    /// <param name="kind">What it begins with.</param>
    /// <returns>For example <c>cmpl-19ab2c3d4e5-17</c>.</returns>
    public static string Next(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Run}-{Interlocked.Increment(ref _count)}");
}
