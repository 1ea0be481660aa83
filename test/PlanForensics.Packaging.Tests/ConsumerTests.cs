using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FluentAssertions;
using PlanForensics.Packaging.Tests.Consumers.Tour;
using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>Fresh projects that know the packages only.</summary>
[Collection(PackedCollection.Name)]
public sealed partial class ConsumerTests(PackedPackages packed)
{
    [Fact]
    public async Task The_README_example_runs_in_a_fresh_project()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(SourceTree.Repository, "README.md"));
        Match section = ExamplePattern().Match(readme);
        section.Success.Should().BeTrue("the README has a section \"In a project of yours\" with a csharp and a text block");
        string folder = packed.NewConsumer("readme");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), section.Groups[1].Value);
        await File.WriteAllTextAsync(Path.Combine(folder, "readme.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NoWarn>$(NoWarn);NU1603</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PlanForensics" Version="0.1.0" />
                <PackageReference Include="PlanForensics.FluentAssertions" Version="0.1.0" />
                <PackageReference Include="PlanForensics.Gpu" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        string output = await Command.Succeed(folder, "dotnet", "run");
        output.ReplaceLineEndings("\n").TrimEnd().Should().Be(section.Groups[2].Value.TrimEnd());
    }

    [Fact]
    public async Task The_tool_installs_and_runs()
    {
        string folder = packed.NewConsumer("tool");
        await Command.Succeed(folder, "dotnet", "tool", "install", "PlanForensics.Cli", "--version", PackedPackages.Version, "--tool-path", "bin");
        string tool = Path.Combine(folder, "bin", "planforensics");
        (await Command.Succeed(folder, tool, "--help")).Should().Contain("planforensics [command]");
        (await Command.Succeed(folder, tool, "plan", "explain", "gemm split_k=4", "--shape", "1,8,64")).Should().Contain("fp32(fma 0..15");
        Command different = await Command.Run(folder, tool, "plan", "diff", "gemm", "split_k4", "--shape", "1,8,64");
        different.ExitCode.Should().Be(1, different.Errors);
    }

    [Fact]
    public async Task A_native_application_prints_what_a_process_with_a_JIT_prints()
    {
        Assert.SkipUnless(!OperatingSystem.IsLinux() || Command.Exists("clang") || Command.Exists("gcc"), "no clang and no gcc: ahead-of-time compilation needs a linker");
        string folder = packed.NewConsumer("native");
        string sources = Path.Combine(SourceTree.Repository, "test", "PlanForensics.Packaging.Tests", "Consumers", "Tour");
        foreach (string file in Directory.EnumerateFiles(sources))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file).Replace(".csproj.txt", ".csproj", StringComparison.Ordinal)));
        // Without optimisation: the compiler takes half the time, and finds what is not trim- or AOT-clean all the same; its warnings are errors.
        await Command.Succeed(folder, "dotnet", "publish", "-c", "Debug", "-r", RuntimeInformation.RuntimeIdentifier, "-o", "out", "-v", "q", "-p:NativeDebugSymbols=false", "-p:StackTraceSupport=false");
        File.Exists(Path.Combine(folder, "out", "Tour.dll")).Should().BeFalse("it is one native file");
        string native = await Command.Succeed(folder, Path.Combine(folder, "out", "Tour"), Directory.CreateDirectory(Path.Combine(folder, "run")).FullName);

        using var here = new StringWriter { NewLine = "\n" };
        Tour.Run(here, Directory.CreateDirectory(Path.Combine(folder, "here")).FullName);
        native.ReplaceLineEndings("\n").Should().Be(here.ToString()).And.Contain("class 2 (split_k4_bf16_staging) reproduces 5 of 5 steps");
    }

    [GeneratedRegex("## In a project of yours\n.*?```csharp\n(.*?)```.*?```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExamplePattern();
}
