using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>A distance in words.</summary>
internal static class UlpText
{
    public static string Of(long ulps) => ulps switch
    {
        UlpDistance.Incomparable => "incomparable",
        1 => "1 ulp",
        _ => string.Create(CultureInfo.InvariantCulture, $"{ulps} ulps"),
    };
}
