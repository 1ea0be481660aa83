using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>All packages, packed once from a copy of the sources that is a git repository with a remote.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    public const string Version = "0.1.0";
    public const string Remote = "https://github.com/example/planforensics.git";

    public string Folder { get; } = Directory.CreateTempSubdirectory("planforensics-packaging-").FullName;

    public string Sources => Path.Combine(Folder, "a");

    public string Output => Path.Combine(Sources, "out");

    public string Commit { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Command.Exists("git"), "there is no git: packages name the commit they were built from");
        SourceTree.CopyTo(Sources);
        await Command.Succeed(Sources, "git", "init", "-q");
        await Command.Succeed(Sources, "git", "add", "-A");
        await Command.Succeed(Sources, "git", "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "sources");
        await Command.Succeed(Sources, "git", "remote", "add", "origin", Remote);
        Commit = (await Command.Succeed(Sources, "git", "rev-parse", "HEAD")).Trim();
        await Pack(Sources);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    public static Task<string> Pack(string sources) =>
        Command.Succeed(sources, "dotnet", "pack", "All.slnx", "-v", "q", $"-p:PackageOutputPath={Path.Combine(sources, "out")}");

    public string PathOf(string package, string extension = "nupkg") => Path.Combine(Output, $"{package}.{Version}.{extension}");

    public string[] Entries(string package, string extension = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(PathOf(package, extension));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    public byte[] Read(string package, string entry, string extension = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(PathOf(package, extension));
        using Stream stream = archive.GetEntry(entry)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public XElement Metadata(string package)
    {
        XElement root = XElement.Load(new MemoryStream(Read(package, $"{package}.nuspec")));
        return root.Elements().Single();
    }

    /// <summary>A project's folder with a NuGet configuration: these packages, a package folder of its own, and what this machine has restored before.</summary>
    public string NewConsumer(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        string machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="packed" value="{Output}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Folder, "restored")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """);
        return folder;
    }
}
