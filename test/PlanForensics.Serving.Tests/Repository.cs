namespace PlanForensics.Serving.Tests;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model => Path.Combine(Root, "samples", "models", "kjv-1m");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PlanForensics.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no PlanForensics.sln above {AppContext.BaseDirectory}");
    }
}
