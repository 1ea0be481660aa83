namespace PlanForensics.Cli.Commands;

/// <summary>Checks files before they are opened, for messages that say what to do.</summary>
internal static class InputFile
{
    public static string Existing(string path, string what)
    {
        if (Directory.Exists(path))
            throw new CannotRunException($"{what} {path} is a folder; a file is expected");
        return File.Exists(path) ? path : throw new CannotRunException($"there is no {what} {path}; check the path");
    }
}
