namespace PlanForensics.Diffing.Arrays;

/// <summary>An array file is damaged, or holds what this library does not read; says where and why.</summary>
public sealed class ArrayFormatException : FormatException
{
    /// <summary>Makes the exception; the message is <c>PATH: PROBLEM (at byte OFFSET)</c>.</summary>
    /// <param name="path">The file, or a name of the source when there is none.</param>
    /// <param name="problem">What was found, what was expected, and what to do about it.</param>
    /// <param name="offset">Where in the file, in bytes from its start; null when no single place is at fault.</param>
    public ArrayFormatException(string path, string problem, long? offset = null)
        : base(offset is { } at ? FormattableString.Invariant($"{path}: {problem} (at byte {at})") : $"{path}: {problem}")
    {
        Path = path;
        Offset = offset;
    }

    /// <summary>The file, or a name of the source when there is none.</summary>
    public string Path { get; }

    /// <summary>Bytes from the start of the file; null when no single place is at fault.</summary>
    public long? Offset { get; }
}
