using System.Text;
using System.Text.Json;
using PlanForensics.Reporting.Facts;
using PlanForensics.Reporting.Sections;

namespace PlanForensics.Reporting.Html;

/// <summary>What the page's script draws, as JSON that is safe inside a script element: the default encoder escapes every angle bracket.</summary>
internal static class ChartData
{
    /// <summary>Least distance of each colour of the heat map; the last takes all above it.</summary>
    private static readonly long[] HeatFrom = [0, 1, 2, 4, 16, 256, 65_536];

    private static readonly string[] HeatNames = ["0", "1", "2 to 3", "4 to 15", "16 to 255", "256 to 65,535", "65,536 and more"];

    public static string Write(ReportFacts facts)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            Timeline(json, facts);
            Margins(json, facts);
            if (facts.Layers is { } layers)
                Layers(json, layers);
            foreach (AttributionFacts item in facts.Attributions)
                Classes(json, item);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Timeline(Utf8JsonWriter json, ReportFacts facts)
    {
        json.WriteStartArray("timeline");
        foreach (SideFacts side in facts.Sides)
            foreach (SegmentFacts segment in side.Timeline)
            {
                json.WriteStartObject();
                json.WriteString("row", facts.Sides.Count == 1 ? TimelineSection.Shown(segment.Row) : $"{side.Label}: {TimelineSection.Shown(segment.Row)}");
                json.WriteNumber("from", segment.FirstStep);
                json.WriteNumber("to", segment.LastStep);
                json.WriteString("label", Words.Visible(TimelineSection.Shown(segment)));
                json.WriteString("value", segment.Value is null ? "not recorded" : $"{segment.Row} {segment.Value}");
                json.WriteString("href", "#" + segment.Records[0]);
                json.WriteEndObject();
            }

        json.WriteEndArray();
    }

    private static void Margins(Utf8JsonWriter json, ReportFacts facts)
    {
        json.WriteStartObject("margins");
        json.WriteStartArray("points");
        foreach (SideFacts side in facts.Sides)
            foreach (StepFacts step in side.Steps.Where(step => step is { Rank: 0, MarginUlps: not null }))
            {
                json.WriteStartObject();
                json.WriteString("side", side.Label);
                json.WriteNumber("step", step.StepIndex);
                json.WriteNumber("ulps", step.MarginUlps!.Value);
                json.WriteString("bits", step.Bits ?? "not compared");
                json.WriteString("title", FormattableString.Invariant($"{side.Label}, step {step.StepIndex}: margin {Words.Ulps(step.MarginUlps)}, token {Words.Visible(MarginSection.Shown(step.Token))}, bits {step.Bits ?? "not compared"}"));
                json.WriteString("href", "#" + step.Record);
                json.WriteEndObject();
            }

        json.WriteEndArray();
        json.WriteStartArray("flips");
        foreach (IGrouping<int, FlipFacts> flip in facts.Flips.GroupBy(flip => flip.StepIndex))
        {
            json.WriteStartObject();
            json.WriteNumber("step", flip.Key);
            json.WriteString("href", "#" + flip.First().Records[0]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Layers(Utf8JsonWriter json, LayerFacts layers)
    {
        json.WriteStartObject("layers");
        WriteArray(json, "layers", layers.Layers);
        WriteArray(json, "buckets", [.. HeatNames, "NaN"]);
        json.WriteStartArray("cells");
        foreach (LayerCellFacts cell in layers.Cells)
        {
            json.WriteStartObject();
            json.WriteNumber("step", cell.StepIndex);
            json.WriteString("layer", cell.Layer);
            json.WriteString("bucket", cell.MaxUlps is { } ulps ? HeatNames[Array.FindLastIndex(HeatFrom, from => ulps >= from)] : "NaN");
            json.WriteString("title", FormattableString.Invariant(
                $"step {cell.StepIndex}, after {cell.Layer}: largest distance {(cell.MaxUlps is { } most ? Words.Ulps(most) : "that of a NaN")}, {Words.Of(cell.DifferentElements)} of {Words.Of(cell.Elements)} values differ"));
            json.WriteString("href", "#" + cell.Record);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Classes(Utf8JsonWriter json, AttributionFacts item)
    {
        json.WriteStartObject($"classes-{item.Side}");
        string[] names = [.. item.Classes.Where(found => found.Histogram.Count > 0).Select(found => Words.Visible(found.Name))];
        WriteArray(json, "classes", names);
        WriteArray(json, "buckets", [.. item.Classes.SelectMany(found => found.Histogram).OrderBy(bucket => bucket.UlpsFrom ?? long.MaxValue).Select(bucket => bucket.Ulps).Distinct()]);
        json.WriteStartArray("bars");
        foreach (ClassFacts found in item.Classes)
            foreach (BucketFacts bucket in found.Histogram.Where(bucket => bucket.Count > 0))
            {
                json.WriteStartObject();
                json.WriteString("class", Words.Visible(found.Name));
                json.WriteString("bucket", bucket.Ulps);
                json.WriteNumber("count", bucket.Count);
                json.WriteBoolean("found", found.ReproducesEverything);
                json.WriteString("title", $"{Words.Visible(found.Name)}: {Words.Count(bucket.Count, "logit")} ({Words.Share(bucket.Share)}) at {bucket.Ulps} ulps");
                json.WriteString("href", "#" + found.Records[0]);
                json.WriteEndObject();
            }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
