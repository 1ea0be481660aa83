namespace PlanForensics.Rules.CublasLt;

/// <summary>A profile or a case file cannot be read.</summary>
public sealed class CublasLtFormatException : FormatException
{
    /// <summary>Creates the exception; the message is <c>SOURCE: FIELD: PROBLEM</c>.</summary>
    /// <param name="source">The file, or what else was read.</param>
    /// <param name="field">The field at fault, for example <c>gemv_recipe[3]</c>.</param>
    /// <param name="problem">What was expected and what was found.</param>
    /// <param name="innerException">What the JSON reader said, if it said anything.</param>
    public CublasLtFormatException(string source, string field, string problem, Exception? innerException = null)
        : base($"{source}: {field}: {problem}", innerException)
    {
        SourceName = source;
        Field = field;
    }

    /// <summary>The file, or what else was read.</summary>
    public string SourceName { get; }

    /// <summary>The field at fault.</summary>
    public string Field { get; }
}
