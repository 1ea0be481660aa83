using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PlanForensics.Tests.Docs;

/// <summary>A C# block of a page, compiled against this project's assemblies as a program of its own.</summary>
internal static class DocSnippet
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using static PageContext;

        """;

    private static readonly string Place = $"static class PageContext {{ public const string Samples = {SymbolDisplay.FormatLiteral(Path.Combine(SharedData.RepositoryRoot, "samples"), quote: true)}; }}";

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(File.Exists).Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Compiles a block; returns the errors, each with its line.</summary>
    public static (IReadOnlyList<string> Errors, Assembly? Program) Compile(DocBlock block)
    {
        string own = string.Concat(OwnNamespaces().Select(name => $"global using {name};\n"));
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(Usings + own + Place, options), CSharpSyntaxTree.ParseText(Ordered(block.Context, block.Text), options)],
            References.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        using var image = new MemoryStream();
        string[] errors = [.. compilation.Emit(image).Diagnostics.Where(item => item.Severity == DiagnosticSeverity.Error).Select(item => item.ToString())];
        return (errors, errors.Length == 0 ? Assembly.Load(image.ToArray()) : null);
    }

    /// <summary>Runs a compiled block; returns what it prints. The console belongs to the process: callers do not run side by side.</summary>
    public static string Run(Assembly program)
    {
        TextWriter before = Console.Out;
        using var output = new StringWriter { NewLine = "\n" };
        Console.SetOut(output);
        try
        {
            MethodInfo main = program.EntryPoint!;
            object? result = main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
            (result as Task)?.GetAwaiter().GetResult();
            return output.ToString();
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    /// <summary>Usings stand first, then the context, then the block; what the context declares behind a line <c>types</c> stands last.</summary>
    private static string Ordered(string context, string text)
    {
        string[] lines = text.Split('\n');
        int usings = lines.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=') || line.Length == 0).Count();
        string[] parts = context.Split("\ntypes\n");
        return string.Join('\n', lines[..usings]) + "\n" + parts[0] + "\n" + string.Join('\n', lines[usings..]) + "\n" + string.Concat(parts[1..]);
    }

    private static IEnumerable<string> OwnNamespaces() => new[] { "PlanForensics", "PlanForensics.Gpu", "PlanForensics.FluentAssertions" }
        .Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll"))).Select(Assembly.Load)
        .SelectMany(assembly => assembly.GetExportedTypes()).Select(type => type.Namespace!).Distinct().Order(StringComparer.Ordinal);
}
