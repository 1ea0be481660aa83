namespace PlanForensics.Benchmarks.Scaling;

/// <summary>One line of a scaling table.</summary>
/// <param name="Table">The table: what is varied.</param>
/// <param name="Work">The point measured, such as <c>M = 64</c>.</param>
/// <param name="Threads">Threads of each side.</param>
/// <param name="Figures">Names and values in the order of the columns; a time in milliseconds ends in <c>ms</c>.</param>
internal sealed record ScalingRow(string Table, string Work, int Threads, IReadOnlyList<KeyValuePair<string, double?>> Figures);
