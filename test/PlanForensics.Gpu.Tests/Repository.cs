namespace PlanForensics.Gpu.Tests;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    public static string PathOf(params string[] parts)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PlanForensics.sln")))
                return Path.Combine([folder.FullName, .. parts]);
        throw new DirectoryNotFoundException($"no PlanForensics.sln above {AppContext.BaseDirectory}");
    }
}
