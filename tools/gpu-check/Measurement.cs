namespace PlanForensics.GpuCheck;

/// <summary>One timed operator.</summary>
/// <param name="Name">The operator: one of the names of docs/benchmarks/README.md.</param>
/// <param name="Milliseconds">Of one launch, the mean of the repeats of the best of five rounds.</param>
/// <param name="Amount">What it did, in <paramref name="Unit"/>.</param>
/// <param name="Unit">TFLOP/s, GB/s or steps/s.</param>
internal sealed record Measurement(string Name, double Milliseconds, double Amount, string Unit);
