namespace PlanForensics.Cli;

/// <summary>The command line is right, but what it names is missing or does not fit; ends with <see cref="ExitCode.CannotRun"/>.</summary>
internal sealed class CannotRunException(string message, Exception? inner = null) : Exception(message, inner);
