// Lists the public API of every package:   dotnet run tools/public-api/update.cs [--check]
//
// Builds each project under src with Microsoft.CodeAnalysis.PublicApiAnalyzers, which compares the code with PublicAPI.Shipped.txt and PublicAPI.Unshipped.txt beside the project, and writes what it
// reports into the latter, sorted: members that are not listed come in, members that are gone go out, or stand there as removed where they were shipped. With --check nothing is written, and the exit
// code is 1 where a list does not agree with the code.
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Text.Json;

const string Header = "#nullable enable";

bool checks = args.Contains("--check");
string root = AppContext.GetData("EntryPointFileDirectoryPath") is string folder ? Path.GetFullPath(Path.Combine(folder, "..", "..")) : Directory.GetCurrentDirectory();
string work = Path.Combine(root, "artifacts", "public-api");
if (Directory.Exists(work))
    Directory.Delete(work, recursive: true);
Directory.CreateDirectory(work);

string[] projects = [.. Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
int different = 0;
foreach (string project in projects)
{
    string name = Path.GetFileNameWithoutExtension(project);
    string unshipped = Path.Combine(Path.GetDirectoryName(project)!, "PublicAPI.Unshipped.txt");
    string shipped = Path.Combine(Path.GetDirectoryName(project)!, "PublicAPI.Shipped.txt");
    foreach (string list in new[] { shipped, unshipped })
        if (!File.Exists(list))
            File.WriteAllText(list, Header + "\n");
    if (Build(project) is var exit and not 0)
        return exit;
    string log = Path.Combine(work, $"{name}.sarif");
    HashSet<string> released = [.. Lines(shipped)];
    HashSet<string> present = [.. Lines(unshipped)];
    string[] added = [.. Reported(log, "RS0016")];
    string[] gone = [.. Reported(log, "RS0017")];
    string[] wanted = [.. present.Except(gone).Union(added).Union(gone.Where(released.Contains).Select(line => $"*REMOVED*{line}")).Order(StringComparer.Ordinal)];
    Console.WriteLine($"{name}: {wanted.Length} members beside {released.Count} shipped; {added.Length} were not listed, {gone.Length} are gone");
    if (added.Length + gone.Length == 0)
        continue;
    different++;
    foreach (string line in checks ? added.Select(line => $"  + {line}").Concat(gone.Select(line => $"  - {line}")).Take(20) : [])
        Console.WriteLine(line);
    if (checks)
        continue;
    File.WriteAllText(unshipped, string.Join('\n', wanted.Prepend(Header)) + "\n");
}

return checks && different > 0 ? 1 : 0;

int Build(string project)
{
    var start = new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-p:PublicApi=list", $"-p:ArtifactsPath={Path.Combine(work, "build")}", "-v", "q", "--nologo", "-clp:ErrorsOnly;NoSummary"]);
    start.Environment.Remove("MSBUILD_EXE_PATH");
    start.Environment.Remove("MSBuildSDKsPath");
    using Process process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

static IEnumerable<string> Lines(string path) => File.Exists(path) ? File.ReadLines(path).Where(line => line.Length > 0 && line != Header) : [];

static IEnumerable<string> Reported(string path, string rule)
{
    using JsonDocument log = JsonDocument.Parse(File.ReadAllBytes(path));
    return [.. log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
        .Where(result => result.GetProperty("ruleId").GetString() == rule)
        .Select(result => result.GetProperty("properties").GetProperty("customProperties").GetProperty("APIName").GetString()!)
        .Distinct().Order(StringComparer.Ordinal)];
}
