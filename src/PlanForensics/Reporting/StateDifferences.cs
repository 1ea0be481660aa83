using PlanForensics.Contracts;

namespace PlanForensics.Reporting;

/// <summary>What two states of paired steps say differently, of what may choose a kernel.</summary>
internal static class StateDifferences
{
    private static readonly (string Name, Func<StepState, string?> Value)[] Fields =
    [
        ("device", state => state.Device),
        ("thread_count", state => Number(state.ThreadCount)),
        ("sm_count", state => Number(state.SmCount)),
        ("precision_path", state => state.PrecisionPath),
        ("algorithm_id", state => state.AlgorithmId),
        ("library_config", state => state.LibraryConfig is { } config ? string.Join(",", config) : null),
        ("kernel_variant", state => state.KernelVariant),
        ("workspace_bytes", state => Number(state.WorkspaceBytes)),
        ("isolation_mode", state => state.IsolationMode),
        ("kv_regime", state => state.KvRegime),
        ("paging_active", state => state.PagingActive is { } active ? active ? "true" : "false" : null),
        ("fallback_count", state => Number(state.FallbackCount)),
        ("library_versions", state => state.LibraryVersions is { } versions ? string.Join(", ", versions.Select(pair => $"{pair.Key} {pair.Value}")) : null),
        ("environment", state => state.Environment is { } environment ? string.Join(", ", environment.Select(pair => $"{pair.Key}={pair.Value}")) : null),
    ];

    /// <summary>Names and values of what both recorded and is not equal; what one side did not record differs from nothing.</summary>
    public static IEnumerable<string> Of(StepState a, StepState b) => Fields
        .Select(field => (field.Name, A: field.Value(a), B: field.Value(b)))
        .Where(field => field.A is not null && field.B is not null && field.A != field.B)
        .Select(field => $"{field.Name} {field.A} against {field.B}");

    private static string? Number(long? value) => value is { } number ? Words.Of(number) : null;
}
