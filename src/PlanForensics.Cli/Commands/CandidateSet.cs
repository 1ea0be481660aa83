using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>The plans that could have run.</summary>
/// <param name="Plans">The candidates.</param>
/// <param name="Allowed">Names of those that the recorded environment allows; null for all.</param>
/// <param name="Source">Where they come from, for reports.</param>
internal sealed record CandidateSet(IReadOnlyList<PlanSchedule> Plans, IReadOnlyCollection<string>? Allowed, string Source);
