using PlanForensics.Contracts;

namespace PlanForensics.Regimes;

/// <summary>What a set of profiles says to the classifier.</summary>
/// <param name="Isolation">The isolation mode: a strict one before any other.</param>
/// <param name="HasCollective">Whether the step runs a collective; null when not recorded.</param>
/// <param name="MessageBytes">Bytes reduced by one call; -1 when not recorded.</param>
internal sealed record ProfileFacts(string? Isolation, bool? HasCollective, long MessageBytes)
{
    public static ProfileFacts Of(IReadOnlyList<StepState> profiles, RegimeClassifier classifier)
    {
        string? isolation = null;
        (bool? collective, long bytes) = (null, -1);
        foreach (StepState profile in profiles)
        {
            if (profile.IsolationMode is { } mode && (isolation is null || classifier.IsStrict(mode)))
                isolation = mode;
            bool? has = profile.Collective?.Type is { } type ? !type.Equals("none", StringComparison.OrdinalIgnoreCase)
                : profile.Shape.TensorParallel is { } ranks ? ranks > 1 : null;
            collective = collective == true || has == true ? true : collective ?? has;
            bytes = Math.Max(bytes, profile.Collective?.MessageBytes ?? -1);
        }

        return new ProfileFacts(isolation, collective, bytes);
    }
}
