namespace PlanForensics.Cli.Commands;

/// <summary>Writes files whole: a reader sees the old file or the new one, never a part.</summary>
internal static class OutputFile
{
    /// <exception cref="CannotRunException">The place is a folder, or its folder is missing.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        if (Directory.Exists(path))
            throw new CannotRunException($"{path} is a folder; give the name of a file to write");
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new CannotRunException($"there is no folder {Path.GetDirectoryName(full)} to write {Path.GetFileName(full)} into; create it or give another path");
        string part = $"{full}.part-{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(part, bytes);
            File.Move(part, full, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
