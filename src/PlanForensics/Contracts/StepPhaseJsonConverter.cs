using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>Phases by their names; numbers are refused.</summary>
internal sealed class StepPhaseJsonConverter() : JsonStringEnumConverter<StepPhase>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
