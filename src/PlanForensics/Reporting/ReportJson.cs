using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>The JSON form of a report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(ReportFacts))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The context to use: letters of any script stand as they are.</summary>
    public static ReportJson Documents => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Write(ReportFacts facts) => JsonSerializer.Serialize(facts, Documents.ReportFacts);
}
