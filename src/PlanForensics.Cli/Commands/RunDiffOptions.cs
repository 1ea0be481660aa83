using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>Options of <c>diff --store</c>.</summary>
internal sealed class RunDiffOptions : OptionGroup
{
    public Option<bool> Steps { get; } = new("--steps") { Description = "list every compared step (with --store)" };

    public Option<string?> Tokenizer { get; } = TokenizerOption.Create();

    protected override IReadOnlyList<Option> All => [Steps, Tokenizer];
}
