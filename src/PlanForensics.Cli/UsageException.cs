namespace PlanForensics.Cli;

/// <summary>The command line asks for something that does not fit together; ends with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
