using System.Globalization;
using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Json;

/// <summary>One element on both sides.</summary>
internal sealed record ElementDifferenceDocument
{
    public required long Index { get; init; }

    public required IReadOnlyList<int> Coordinates { get; init; }

    public required string BitsA { get; init; }

    public required string BitsB { get; init; }

    public required double ValueA { get; init; }

    public required double ValueB { get; init; }

    public required long? Ulps { get; init; }

    public static ElementDifferenceDocument? Of(ElementDifference? element) => element is null ? null : new()
    {
        Index = element.Index,
        Coordinates = [.. element.Coordinates],
        BitsA = Hex(element.BitsA, element.Format),
        BitsB = Hex(element.BitsB, element.Format),
        ValueA = element.ValueA,
        ValueB = element.ValueB,
        Ulps = UlpQuantilesDocument.Comparable(element.Ulps),
    };

    private static string Hex(ulong bits, NumericFormat format) =>
        "0x" + bits.ToString($"x{2 * NumericFormats.BytesPerElement(format)}", CultureInfo.InvariantCulture);
}
