namespace PlanForensics.Cli;

/// <summary>How a command ends; the numbers follow <c>diff</c>.</summary>
internal enum ExitCode
{
    /// <summary>Done, and where two sides were compared they are the same.</summary>
    Same = 0,

    /// <summary>A difference was found.</summary>
    Different = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The command could not run, was cancelled, or what was recorded does not tell.</summary>
    CannotRun = 3,
}
