using System.Globalization;

namespace PlanForensics.Contracts;

/// <summary>A line of contract JSON, or of another tool's records, cannot be read.</summary>
public sealed class ContractFormatException : FormatException
{
    internal ContractFormatException(long line, long column, string reason, Exception? inner = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}: {reason}"), inner)
    {
        Line = line;
        Column = column;
        Reason = reason;
    }

    /// <summary>The line, 1-based.</summary>
    public long Line { get; }

    /// <summary>The column in UTF-8 bytes, 1-based: where the reader stopped, or where the field begins that cannot be.</summary>
    public long Column { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }
}
