using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>One prompt's answers over all trials of a protocol.</summary>
/// <param name="Name">The prompt's name.</param>
/// <param name="Groups">The unique answers, most frequent first.</param>
/// <param name="IsExplained">Whether the answer is a function of the path: where there are several answers, every path was run anew and gave its own again.</param>
public sealed record ProtocolPrompt(string Name, ValueList<OutputGroup> Groups, bool IsExplained)
{
    /// <summary>Unique answers.</summary>
    public int UniqueCount => Groups.Count;

    /// <summary>Answers.</summary>
    public int Samples => Groups.Sum(group => group.Samples);
}
