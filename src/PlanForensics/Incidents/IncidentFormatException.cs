namespace PlanForensics.Incidents;

/// <summary>A recorded incident is damaged, incomplete, or of a form that this library does not read; says where and why.</summary>
public sealed class IncidentFormatException : FormatException
{
    /// <summary>Makes the exception; the message is <c>PATH: FIELD: PROBLEM</c>.</summary>
    /// <param name="path">The file at fault.</param>
    /// <param name="field">The manifest's field or the tensor at fault.</param>
    /// <param name="problem">What was found, what was expected, and what to do about it.</param>
    /// <param name="innerException">What the reader underneath said, if it said anything.</param>
    public IncidentFormatException(string path, string field, string problem, Exception? innerException = null)
        : base($"{path}: {field}: {problem}", innerException)
    {
        Path = path;
        Field = field;
    }

    /// <summary>The file at fault.</summary>
    public string Path { get; }

    /// <summary>The manifest's field or the tensor at fault.</summary>
    public string Field { get; }
}
