namespace PlanForensics.Telemetry;

/// <summary>How a value of a trace dictionary becomes the contract's.</summary>
internal enum TraceValue
{
    AsIs,
    Text,
    Time,
    Hash,
    MegabytesToBytes,
    SecondsToMilliseconds,
    ShapeText,
    CollectiveText,
    VersionText,
    ModelName,
    TruthNumber,
}
