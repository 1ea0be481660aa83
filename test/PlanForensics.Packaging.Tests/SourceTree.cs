namespace PlanForensics.Packaging.Tests;

/// <summary>What packages are made of, copied to a folder of its own.</summary>
internal static class SourceTree
{
    private static readonly string[] RootFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "README.md", "LICENSE"];

    public static string Repository { get; } = FindRoot();

    public static void CopyTo(string folder)
    {
        foreach (string file in RootFiles.Append(Path.Combine("docs", "images", "icon.png")).Concat(Sources()))
        {
            string target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Repository, file), target);
        }

        File.WriteAllText(Path.Combine(folder, ".gitignore"), "artifacts/\nout/\n");
        File.WriteAllLines(Path.Combine(folder, "All.slnx"), ["<Solution>", .. Projects().Select(project => $"  <Project Path=\"{project}\" />"), "</Solution>"]);
    }

    /// <summary>The names of all projects under src.</summary>
    public static IEnumerable<string> Packages() => Projects().Select(project => Path.GetFileNameWithoutExtension(project)!);

    private static IEnumerable<string> Projects() => Sources().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Path.Combine(Repository, "src"), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PlanForensics.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no PlanForensics.sln above {AppContext.BaseDirectory}");
    }
}
