using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>What a request came to under a path.</summary>
/// <param name="Tokens">The tokens chosen, one a step. The last may be an end token.</param>
/// <param name="LogitHashes">SHA-256 of each step's logits.</param>
/// <param name="Margins">Largest minus second largest logit of each step.</param>
/// <param name="MarginUlps">The same in ulps of the logits' format.</param>
/// <param name="TopProbabilities">Probability of the chosen token of each step, by softmax in binary64.</param>
public sealed record PathOutcome(ValueList<int> Tokens, ValueList<string> LogitHashes, ValueList<double> Margins, ValueList<long> MarginUlps, ValueList<double> TopProbabilities);
