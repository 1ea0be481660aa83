namespace PlanForensics.Telemetry;

/// <summary>The formats of other tools' records.</summary>
public enum TelemetryFormat
{
    /// <summary>Contracts as JSON lines (docs/contracts.md).</summary>
    JsonLines,

    /// <summary>Plain <c>trace_x</c> and <c>step_s</c> dictionaries (docs/telemetry.md).</summary>
    Trace,

    /// <summary>A SQLite export of Nsight Systems.</summary>
    Nsys,

    /// <summary>Prometheus or OpenMetrics text.</summary>
    Prometheus,

    /// <summary>OpenTelemetry spans as OTLP/JSON.</summary>
    Otlp,

    /// <summary>Nsight Compute's <c>--csv</c> output.</summary>
    Ncu,
}
