namespace PlanForensics.Telemetry;

/// <summary>Where a key of a trace dictionary goes.</summary>
/// <param name="Section">The part of the contract.</param>
/// <param name="Name">The contract's name of the field.</param>
/// <param name="Value">How the value is turned.</param>
internal sealed record TraceField(TraceSection Section, string Name, TraceValue Value = TraceValue.AsIs);
