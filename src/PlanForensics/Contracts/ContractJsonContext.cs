using System.Text.Json.Serialization;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(ContentHashJsonConverter), typeof(NumericFormatJsonConverter), typeof(ExecutionPhaseJsonConverter), typeof(ValueMapJsonConverter),
        typeof(ValueListJsonConverter<int>), typeof(ValueListJsonConverter<string>), typeof(ValueListJsonConverter<ShapingEvent>),
        typeof(ValueListJsonConverter<PolicyGate>), typeof(ValueListJsonConverter<RecordedLogit>), typeof(ValueListJsonConverter<HiddenStateHash>),
        typeof(ValueListJsonConverter<CapturedTensor>), typeof(ValueListJsonConverter<ContractStep>),
    ])]
[JsonSerializable(typeof(ExecutionContract))]
[JsonSerializable(typeof(NumericFormat?))]
internal sealed partial class ContractJsonContext : JsonSerializerContext;
