namespace PlanForensics.Models;

/// <summary>A model file is damaged, hostile, or of a kind that this library does not run; says where and why.</summary>
public sealed class ModelFormatException : FormatException
{
    /// <summary>Makes the exception; the message is <c>PATH: FIELD: PROBLEM (at byte OFFSET)</c>.</summary>
    /// <param name="path">The file, or a description of the source when there is none.</param>
    /// <param name="field">The header field, configuration key or tensor at fault.</param>
    /// <param name="problem">What was found, what was expected, and what to do about it.</param>
    /// <param name="offset">Where in the file, in bytes from its start; null when no single place is at fault.</param>
    /// <param name="innerException">What the reader underneath said, if it said anything.</param>
    public ModelFormatException(string path, string field, string problem, long? offset = null, Exception? innerException = null)
        : base(offset is { } at ? $"{path}: {field}: {problem} (at byte {at})" : $"{path}: {field}: {problem}", innerException)
    {
        Path = path;
        Field = field;
        Offset = offset;
    }

    /// <summary>The file, or a description of the source when there is none.</summary>
    public string Path { get; }

    /// <summary>The header field, configuration key or tensor at fault.</summary>
    public string Field { get; }

    /// <summary>Bytes from the start of the file; null when no single place is at fault (a missing tensor).</summary>
    public long? Offset { get; }
}
