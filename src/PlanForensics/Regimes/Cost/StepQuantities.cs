namespace PlanForensics.Regimes.Cost;

/// <summary>What an engine step has to do, summed over the requests of its batch.</summary>
/// <param name="Tokens">Tokens that enter the model: rows of the projections.</param>
/// <param name="ContextTokens">Keys of all requests at the step's end: what a decode reads of the cache.</param>
/// <param name="AttendedPairs">Over all tokens, the keys that each attends to: q k - q (q - 1) / 2 for a request with q tokens and k keys.</param>
public readonly record struct StepQuantities(double Tokens, double ContextTokens, double AttendedPairs)
{
    /// <summary>The quantities of a step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The quantities; null where the batch has requests that were not recorded, or its size is not known.</returns>
    public static StepQuantities? Of(EngineStep step)
    {
        if (step.BatchSize != step.MemberCount)
            return null;
        double tokens = 0, context = 0, pairs = 0;
        foreach (EngineStepMember member in step.Members)
        {
            double query = member.QueryLength;
            tokens += query;
            context += member.KeyLength;
            pairs += (query * member.KeyLength) - (query * (query - 1) / 2);
        }

        return new StepQuantities(tokens, context, pairs);
    }
}
