using PlanForensics.Contracts;
using PlanForensics.Regimes;

namespace PlanForensics.Simulation.Sweep;

/// <summary>What a regime does to the model's answers.</summary>
public sealed record RegimeDrift
{
    /// <summary>The regime.</summary>
    public required Regime Regime { get; init; }

    /// <summary>Iterations of the timeline in it.</summary>
    public required int Iterations { get; init; }

    /// <summary>The iterations sampled.</summary>
    public required ValueList<SampledStep> Samples { get; init; }

    /// <summary>Different plans among them.</summary>
    public required int PlanCount { get; init; }

    /// <summary>Steps replayed: prompts x samples x steps of each prompt.</summary>
    public required long Steps { get; init; }

    /// <summary>Steps whose logits differ in any bit from those of the request alone.</summary>
    public required long DifferentSteps { get; init; }

    /// <summary>Steps that choose another token than the request alone, given the same tokens before.</summary>
    public required long FlippedSteps { get; init; }

    /// <summary>Prompts and samples whose free-running answer differs from that of the request alone.</summary>
    public required int DifferentAnswers { get; init; }

    /// <summary>Prompts x samples.</summary>
    public required int Answers { get; init; }

    /// <summary>Largest margin of a flipped step, in ulps of the logits, as the request alone had it; null when none flipped.</summary>
    public required long? LargestFlippedMarginUlps { get; init; }

    /// <summary>Part of the steps whose logits differ.</summary>
    public double DriftRate => Steps == 0 ? 0 : (double)DifferentSteps / Steps;

    /// <summary>Part of the steps that flip.</summary>
    public double FlipRate => Steps == 0 ? 0 : (double)FlippedSteps / Steps;
}
