namespace PlanForensics.Store;

/// <summary>A store could not be opened, read or written. What was committed before stays as it was.</summary>
public sealed class ContractStoreException : IOException
{
    internal ContractStoreException(ContractStoreProblem problem, string path, string message, Exception? inner = null, long unwrittenSteps = 0)
        : base(message, inner)
    {
        Problem = problem;
        Path = path;
        UnwrittenSteps = unwrittenSteps;
    }

    /// <summary>What kept the store from doing its work.</summary>
    public ContractStoreProblem Problem { get; }

    /// <summary>The file, as a full path.</summary>
    public string Path { get; }

    /// <summary>Steps that a <see cref="Recorder"/> accepted and has not written; 0 where no recorder was involved.</summary>
    public long UnwrittenSteps { get; }
}
