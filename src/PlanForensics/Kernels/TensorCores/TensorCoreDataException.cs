namespace PlanForensics.Kernels.TensorCores;

/// <summary>A file of recorded tensor-core vectors cannot be read.</summary>
public sealed class TensorCoreDataException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">1-based line, or 0 for the file as a whole.</param>
    /// <param name="reason">What was expected and what was found.</param>
    public TensorCoreDataException(string path, int line, string reason)
        : base(line > 0 ? $"{path}, line {line}: {reason}" : $"{path}: {reason}")
    {
        (Path, Line) = (path, line);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>1-based line, or 0 for the file as a whole.</summary>
    public int Line { get; }
}
