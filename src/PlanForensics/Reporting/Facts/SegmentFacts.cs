namespace PlanForensics.Reporting.Facts;

/// <summary>Consecutive steps that share a value.</summary>
/// <param name="Row">regime, batch or plan.</param>
/// <param name="FirstStep">First step.</param>
/// <param name="LastStep">Last step.</param>
/// <param name="Value">The value; absent where it was not recorded.</param>
/// <param name="Records">Ids of the first and the last step's record.</param>
internal sealed record SegmentFacts(string Row, int FirstStep, int LastStep, string? Value, IReadOnlyList<string> Records);
