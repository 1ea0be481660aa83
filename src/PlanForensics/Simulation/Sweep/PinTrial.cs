namespace PlanForensics.Simulation.Sweep;

/// <summary>A pin that was tried on every prompt and every sampled step.</summary>
/// <param name="Pin">The pin.</param>
/// <param name="EstimatedCost">Estimated part by which it makes a step longer, on average over the sampled steps.</param>
/// <param name="DifferentAnswers">Prompts and samples whose free-running answer still differs from that of the request alone under the same pin.</param>
/// <param name="Answers">Prompts x samples.</param>
/// <param name="BitsEqual">Whether the logits of all steps are equal too.</param>
public sealed record PinTrial(SweepPin Pin, double EstimatedCost, int DifferentAnswers, int Answers, bool BitsEqual)
{
    /// <summary>Whether no answer depends on the batch any more.</summary>
    public bool Holds => DifferentAnswers == 0;
}
