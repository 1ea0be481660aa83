namespace PlanForensics.Simulation.Sweep;

/// <summary>A mode of the batch protocol.</summary>
public enum ProtocolMode
{
    /// <summary>The same prompt in batches of 1, 2, 3, ... (<c>single</c>).</summary>
    Single,

    /// <summary>Two short prompts and a long one mixed at random (<c>mixed</c>).</summary>
    Mixed,

    /// <summary>Prompts that are beginnings of one long prompt, mixed at random, from an empty prefix cache (<c>prefix</c>).</summary>
    Prefix,
}
