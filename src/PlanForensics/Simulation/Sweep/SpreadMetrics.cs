using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>The LayerCast metrics over configurations. A standard deviation of n values is sqrt(sum (x - mean)^2 / (n - 1)), 0 for one value.</summary>
/// <param name="Accuracies">Mean score of each configuration; null without a scorer.</param>
/// <param name="StdAccuracy">Std@Acc: standard deviation of the accuracies; null without a scorer.</param>
/// <param name="StdOutputLength">Avg_Std@Output_Length: standard deviation over configurations of a prompt's answer length in tokens, averaged over prompts.</param>
/// <param name="DivergingPrompts">Prompts whose answers are not all equal.</param>
/// <param name="DivergenceIndex">Div_Index: 0-based index of the first token at which not all answers agree, averaged over diverging prompts; null where none diverges.</param>
/// <param name="StdTopProbability">Avg_Std@top1_prob: standard deviation over configurations of the chosen token's probability at a position before the first difference, averaged over positions and prompts.</param>
/// <param name="UniqueAnswers">Unique answers, averaged over prompts.</param>
public sealed record SpreadMetrics(
    ValueList<double>? Accuracies, double? StdAccuracy, double StdOutputLength, int DivergingPrompts, double? DivergenceIndex, double StdTopProbability, double UniqueAnswers);
