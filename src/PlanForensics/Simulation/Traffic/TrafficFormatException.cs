namespace PlanForensics.Simulation.Traffic;

/// <summary>A traffic trace that cannot be read.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="line">The 1-based line, or 0 where the whole file is meant.</param>
/// <param name="inner">The cause.</param>
public sealed class TrafficFormatException(string message, int line = 0, Exception? inner = null) : FormatException(line > 0 ? $"line {line}: {message}" : message, inner)
{
    /// <summary>The 1-based line, or 0 where the whole file is meant.</summary>
    public int Line { get; } = line;
}
