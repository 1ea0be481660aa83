using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>What the detectors found in a timeline.</summary>
/// <param name="Chains">The chains, in order of their first steps.</param>
/// <param name="Standing">Conditions without an onset in the record (a rank that is slow throughout), in words: no chain begins with them.</param>
/// <param name="Unrecorded">For each kind of chain, fields whose absence kept stages from being looked for at all.</param>
public sealed record CauseReport(ValueList<CausalChain> Chains, ValueList<string> Standing, ValueList<UnrecordedStage> Unrecorded);
