using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Output;

/// <summary>Numbers and findings as reports write them.</summary>
internal static class Numbers
{
    public static string Of(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Ulps(long ulps) => ulps switch
    {
        UlpDistance.Incomparable => "incomparable",
        1 => "1 ulp",
        _ => $"{Of(ulps)} ulps",
    };

    public static string Percent(long part, long whole) => whole == 0 ? "" : (100.0 * part / whole).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>1 step</c>, <c>2 steps</c>.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{Of(count)} {noun}s";
}
