using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Json;

/// <summary>top-1 minus top-2.</summary>
internal sealed record MarginDocument
{
    public required int Top1 { get; init; }

    public required int Top2 { get; init; }

    public required double Margin { get; init; }

    public required long? Ulps { get; init; }

    public required string Format { get; init; }

    public static MarginDocument? Of(LogitMargin? margin) => margin is null ? null : new()
    {
        Top1 = margin.Top1.Token,
        Top2 = margin.Top2.Token,
        Margin = margin.Margin,
        Ulps = UlpQuantilesDocument.Comparable(margin.Ulps),
        Format = NumericFormats.NameOf(margin.Top1.Format),
    };
}
