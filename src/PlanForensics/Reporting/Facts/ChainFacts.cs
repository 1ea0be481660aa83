namespace PlanForensics.Reporting.Facts;

/// <summary>A chain of causes in the engine that reaches into the reported steps.</summary>
/// <param name="Kind">Which chain.</param>
/// <param name="Replica">The replica; absent where it was not recorded.</param>
/// <param name="Chance">How many such chains are to be expected if the iterations had come in any order.</param>
/// <param name="Links">Its proven links, by iterations of the engine; the first is the earliest cause.</param>
/// <param name="Missing">Stages that are not proven, and what would prove them.</param>
internal sealed record ChainFacts(string Kind, string? Replica, double Chance, IReadOnlyList<CauseLinkFacts> Links, IReadOnlyList<StatementFacts> Missing);
