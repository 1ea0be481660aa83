using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlanForensics.Cli.Json;

/// <summary>The JSON documents of <c>--json</c>: snake_case names, described in docs/cli.md.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(PlanExplanationDocument))]
[JsonSerializable(typeof(PlanDiffDocument))]
[JsonSerializable(typeof(PlanListDocument))]
[JsonSerializable(typeof(FileDiffDocument))]
[JsonSerializable(typeof(RunDiffDocument))]
[JsonSerializable(typeof(ImportDocument))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(RequestListDocument))]
[JsonSerializable(typeof(ContractDocument))]
[JsonSerializable(typeof(ReplayDocument))]
[JsonSerializable(typeof(AttributionDocument))]
[JsonSerializable(typeof(IncidentDocument))]
[JsonSerializable(typeof(BisectionDocument))]
[JsonSerializable(typeof(DemoDocument))]
[JsonSerializable(typeof(PostmortemDocument))]
[JsonSerializable(typeof(ReportWrittenDocument))]
[JsonSerializable(typeof(UpgradeDocument))]
[JsonSerializable(typeof(IReadOnlyList<CublasDecisionDocument>))]
[JsonSerializable(typeof(TensorCoreSetDocument[]))]
[JsonSerializable(typeof(KernelDocument))]
[JsonSerializable(typeof(IdentificationDocument[]))]
[JsonSerializable(typeof(ProbeDocument))]
[JsonSerializable(typeof(RegimesDocument))]
[JsonSerializable(typeof(ChurnDocument))]
[JsonSerializable(typeof(SimulationDocument))]
[JsonSerializable(typeof(PlanSpaceDocument))]
[JsonSerializable(typeof(CostDocument))]
[JsonSerializable(typeof(CauseReportDocument))]
[JsonSerializable(typeof(SweepDocument))]
internal sealed partial class ToolJson : JsonSerializerContext
{
    /// <summary>The context to use: as the default one, but <c>&gt;</c> and letters of any script stand as they are.</summary>
    public static ToolJson Documents => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>As <see cref="Documents"/>, one line a document.</summary>
    public static ToolJson Lines => field ??= new(new JsonSerializerOptions(Documents.Options) { WriteIndented = false });
}
