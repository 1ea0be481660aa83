namespace PlanForensics.Probing;

/// <summary>A tree put together from measured pairs.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="InconsistentGroups">Groups of pairs (one term against the terms it meets at one node) that the tree contradicts; 0 for a sum that adds in a tree.</param>
/// <param name="Groups">All groups.</param>
/// <param name="Contradiction">A pair that the tree contradicts, where there is one.</param>
internal sealed record TreeFinding(SummationTree Tree, int InconsistentGroups, int Groups, TermPair? Contradiction);
