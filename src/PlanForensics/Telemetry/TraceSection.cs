namespace PlanForensics.Telemetry;

/// <summary>The part of a contract that a key of a trace dictionary goes to.</summary>
internal enum TraceSection
{
    Unknown,
    Header,
    Model,
    Request,
    Truncation,
    Decode,
    PrefixCache,
    State,
    Shape,
    Collective,
    Observation,
}
