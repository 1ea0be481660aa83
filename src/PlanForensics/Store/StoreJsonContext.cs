using System.Text.Json.Serialization;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StepExtra))]
[JsonSerializable(typeof(CapturedExtra))]
[JsonSerializable(typeof(UnknownFields))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
