namespace PlanForensics.Identification;

/// <summary>A manifest of recorded operators, or a file that it names, is missing or does not fit.</summary>
public sealed class ManifestFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="subject">The case or the manifest that is concerned.</param>
    /// <param name="reason">What is wrong, what was expected, and what to do.</param>
    /// <param name="inner">What was thrown, if anything.</param>
    public ManifestFormatException(string subject, string reason, Exception? inner = null)
        : base($"{subject}: {reason}", inner)
    {
        Subject = subject;
        Reason = reason;
    }

    /// <summary>The case or the manifest that is concerned.</summary>
    public string Subject { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
