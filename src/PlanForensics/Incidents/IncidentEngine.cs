using PlanForensics.Contracts;

namespace PlanForensics.Incidents;

/// <summary>What was recorded about the engine: library versions as text, and the environment variables that choose kernels.</summary>
/// <param name="Versions">Every text and number of the manifest's engine, by name: torch, blas, blas_threads, onednn, sleef, glibc, numpy, cpu.</param>
/// <param name="Environment">The variables that choose kernels; null when they were not recorded.</param>
public sealed record IncidentEngine(ValueMap Versions, ValueMap? Environment);
