using Xunit;

namespace PlanForensics.Tests;

/// <summary>Finds the real-data folder beside the repository; tests that need it skip, saying why, where it is absent.</summary>
internal static class SharedData
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string PathOf(params string[] parts)
    {
        string path = Path.Combine([RepositoryRoot, "..", "shared", .. parts]);
        if (!Path.Exists(path))
            Assert.Skip($"real data not found at ../shared/{string.Join('/', parts)} (a plain clone has none)");
        return Path.GetFullPath(path);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PlanForensics.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no PlanForensics.sln above {AppContext.BaseDirectory}");
    }
}
