namespace PlanForensics.FluentAssertions;

/// <summary>Where a failing assertion leaves the values that it compared, so that the command line in its message works.</summary>
/// <remarks>Files are named after their content: the same failure writes the same files again. Nothing is written by an assertion that holds.</remarks>
public static class AssertionEvidence
{
    /// <summary>Environment variable that names the folder: <c>PLANFORENSICS_EVIDENCE</c>; <c>off</c> writes nothing.</summary>
    public const string FolderVariable = "PLANFORENSICS_EVIDENCE";

    /// <summary>The folder, made when it is first needed; null: nothing is written, and messages have no command line. Default: what
    /// <see cref="FolderVariable"/> says, else <c>planforensics-evidence</c> beside the tests' assembly.</summary>
    public static string? Folder { get; set; } = Environment.GetEnvironmentVariable(FolderVariable) switch
    {
        null or "" => Path.Combine(AppContext.BaseDirectory, "planforensics-evidence"),
        "off" => null,
        string folder => folder,
    };
}
