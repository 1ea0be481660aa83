namespace PlanForensics.Contracts.Engine;

/// <summary>A stretch of an engine's life that was recorded iteration by iteration.</summary>
/// <param name="Name">Its name, unique in a store. Not empty.</param>
/// <param name="Origin">What made it: <c>simulated</c>, or the engine's word.</param>
/// <param name="RankCount">Ranks that record each iteration, 1 or more.</param>
/// <param name="Description">What it was made from, by name: options, seed, trace.</param>
public sealed record EngineRun(string Name, string Origin, int RankCount, ValueMap Description)
{
    /// <summary>Its name, unique in a store.</summary>
    public string Name { get; init; } = ContractCheck.Text(Name);

    /// <summary>What made it.</summary>
    public string Origin { get; init; } = ContractCheck.Text(Origin);

    /// <summary>Ranks that record each iteration.</summary>
    public int RankCount { get; init; } = ContractCheck.Positive(RankCount);
}
