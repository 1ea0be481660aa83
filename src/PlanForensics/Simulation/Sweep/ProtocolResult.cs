using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Unique answers of a protocol's trials, under plans that follow the batch and under one plan.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Trials">Trials.</param>
/// <param name="LoadDependent">Each prompt's answers when the batch decides the plans.</param>
/// <param name="Pinned">The same trials when every product, attention and norm is fixed.</param>
public sealed record ProtocolResult(ProtocolMode Mode, int Trials, ValueList<ProtocolPrompt> LoadDependent, ValueList<ProtocolPrompt> Pinned)
{
    /// <summary>Whether any prompt has more than one answer under plans that follow the batch.</summary>
    public bool Differs => LoadDependent.Any(prompt => prompt.UniqueCount > 1);
}
