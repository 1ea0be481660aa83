using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Churn;

/// <summary>What a step's record says of the plan that ran; two steps ran one plan, as far as recorded, when these are equal. Null is "not recorded".</summary>
/// <param name="AlgorithmId">Algorithm id of the library.</param>
/// <param name="KernelVariant">Kernel name or variant.</param>
/// <param name="PrecisionPath">Precision path.</param>
/// <param name="LibraryConfig">Configuration vector of the library, joined by commas.</param>
/// <param name="PlanFingerprint">SHA-256 of the plan's text.</param>
public sealed record PlanIdentity(string? AlgorithmId, string? KernelVariant, string? PrecisionPath, string? LibraryConfig, string? PlanFingerprint)
{
    /// <summary>The identity that a profile records.</summary>
    /// <param name="profile">The profile.</param>
    /// <returns>Its identity.</returns>
    public static PlanIdentity Of(StepState profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new PlanIdentity(
            profile.AlgorithmId, profile.KernelVariant, profile.PrecisionPath, profile.LibraryConfig is { } config ? string.Join(',', config) : null, profile.PlanFingerprint);
    }

    /// <summary>Whether anything was recorded.</summary>
    public bool IsRecorded => AlgorithmId is not null || KernelVariant is not null || PrecisionPath is not null || LibraryConfig is not null || PlanFingerprint is not null;

    /// <summary>Names the plan.</summary>
    /// <returns>For example <c>algorithm 21, ampere_bf16_s16816gemm</c>.</returns>
    public override string ToString()
    {
        List<string> parts = [];
        if (AlgorithmId is not null)
            parts.Add($"algorithm {AlgorithmId}");
        if (KernelVariant is not null)
            parts.Add(KernelVariant);
        if (PrecisionPath is not null)
            parts.Add(PrecisionPath);
        if (LibraryConfig is not null)
            parts.Add($"config {LibraryConfig}");
        if (PlanFingerprint is not null)
            parts.Add($"plan {PlanFingerprint[..12]}");
        return parts.Count == 0 ? "not recorded" : string.Join(", ", parts);
    }

    /// <summary>The identity of several profiles of one step: field by field, what they recorded, joined by <c> + </c>.</summary>
    internal static PlanIdentity Of(IReadOnlyList<StepState> profiles)
    {
        PlanIdentity[] all = [.. profiles.Select(Of)];
        return all.Length == 1 ? all[0] : new PlanIdentity(
            Join(all, static one => one.AlgorithmId), Join(all, static one => one.KernelVariant), Join(all, static one => one.PrecisionPath), Join(all, static one => one.LibraryConfig),
            Join(all, static one => one.PlanFingerprint));
    }

    private static string? Join(PlanIdentity[] all, Func<PlanIdentity, string?> field)
    {
        string[] values = [.. all.Select(field).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return values.Length == 0 ? null : string.Join(" + ", values);
    }
}
