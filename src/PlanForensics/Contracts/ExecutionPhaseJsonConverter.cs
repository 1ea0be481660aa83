using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Plans;

namespace PlanForensics.Contracts;

/// <summary>Phases by their names; numbers are refused.</summary>
internal sealed class ExecutionPhaseJsonConverter() : JsonStringEnumConverter<ExecutionPhase>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
