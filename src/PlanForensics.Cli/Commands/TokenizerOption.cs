using System.CommandLine;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--tokenizer PATH</c>: shows tokens as text.</summary>
internal static class TokenizerOption
{
    public static Option<string?> Create() => new("--tokenizer")
    {
        Description = "a model's folder or a tokeniser's file, to show tokens as text",
        HelpName = "PATH",
    };

    public static ModelTokenizer? Load(string? path) => path is null ? null : Path.Exists(path)
        ? ModelTokenizer.Load(path)
        : throw new CannotRunException($"there is no tokeniser at {path}; give a model's folder or a tokeniser's file");
}
