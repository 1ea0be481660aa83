using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>One class of candidates, replayed and compared with the recording step by step.</summary>
public sealed record ClassComparison
{
    internal ClassComparison()
    {
    }

    /// <summary>The class.</summary>
    public required CandidateClass Class { get; init; }

    /// <summary>Steps that were replayed.</summary>
    public required int StepsReplayed { get; init; }

    /// <summary>Steps compared by the verdict's evidence.</summary>
    public required int StepsCompared { get; init; }

    /// <summary>Compared steps that the class reproduces: equal bits, or on weak evidence what was recorded of them.</summary>
    public required int StepsEqual { get; init; }

    /// <summary>Index of the first compared step that differs; null when none does.</summary>
    public required int? FirstDifferentStep { get; init; }

    /// <summary>Largest distance of a logit at that step, in ulps; null without full logits, or when none differs.</summary>
    public required long? MaxUlpsAtFirst { get; init; }

    /// <summary>Logits with different bits at that step; null without full logits, or when none differs.</summary>
    public required long? DifferentElementsAtFirst { get; init; }

    /// <summary>Largest distance of a logit over all compared steps, in ulps; null without full logits.</summary>
    public required long? MaxUlps { get; init; }

    /// <summary>Logits with different bits, over all compared steps; null without full logits.</summary>
    public required long? DifferentElements { get; init; }

    /// <summary>
    /// Logits by their distance from the recorded ones, over all compared steps whose logits were recorded in full: entry 0 counts distance 0, entry i distances of
    /// 2^(i-1) to 2^i - 1 ulps; no entry after the last that counts anything. Empty without full logits. A logit with a NaN on one side alone is in no entry.
    /// </summary>
    public ValueList<long> UlpHistogram { get; init; } = [];

    /// <summary>Logits with a NaN on one side alone, over the same steps.</summary>
    public long IncomparableElements { get; init; }

    /// <summary>Steps whose token was recorded.</summary>
    public required int TokensCompared { get; init; }

    /// <summary>Recorded tokens that the class's greedy choice reproduces (with the recorded tokens before it given).</summary>
    public required int TokensReproduced { get; init; }

    /// <summary>Index of the first step whose token is not reproduced; null when all are.</summary>
    public required int? FirstDifferentToken { get; init; }

    /// <summary>Whether every compared step is reproduced, and at least one was compared.</summary>
    public bool ReproducesEverything => StepsCompared > 0 && StepsEqual == StepsCompared && FirstDifferentStep is null;

    /// <summary>Whether every recorded token is reproduced.</summary>
    public bool ReproducesTokens => TokensReproduced == TokensCompared;

    /// <summary>Share of compared steps that are equal, 0 to 1; 0 when none was compared.</summary>
    public double ShareEqual => StepsCompared == 0 ? 0 : (double)StepsEqual / StepsCompared;

    internal ValueList<string> Signatures { get; init; } = [];
}
