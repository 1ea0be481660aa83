using PlanForensics.Plans;
using PlanForensics.Replay;

namespace ServingStack.Engine;

/// <summary>How a request's tokens are chosen.</summary>
/// <param name="Temperature">0 takes the largest logit, of equal ones the lower id.</param>
/// <param name="TopP">Nucleus probability: the most likely tokens that together reach it.</param>
/// <param name="Seed">Seed of the request's own generator: the batch around it does not matter.</param>
public sealed record Sampling(double Temperature, double TopP, long Seed)
{
    private readonly Random _random = new(unchecked((int)(Seed ^ (Seed >> 32))));

    /// <summary>Chooses a token.</summary>
    public int Choose(ReadOnlySpan<float> logits)
    {
        if (Temperature == 0)
            return GreedyChoice.Of(logits, TieRule.First);
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        var tokens = new (int Token, double Weight)[logits.Length];
        double total = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            tokens[token] = (token, Math.Exp((logits[token] - largest) / Temperature));
            total += tokens[token].Weight;
        }

        Array.Sort(tokens, (left, right) => (right.Weight, left.Token).CompareTo((left.Weight, right.Token)));
        double nucleus = 0;
        int kept = 0;
        while (kept < tokens.Length && (kept == 0 || nucleus < TopP * total))
            nucleus += tokens[kept++].Weight;
        double point = _random.NextDouble() * nucleus;
        foreach ((int token, double weight) in tokens.AsSpan(0, kept))
            if ((point -= weight) < 0)
                return token;
        return tokens[0].Token;
    }
}
