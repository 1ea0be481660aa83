using System.CommandLine;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Commands;

/// <summary><c>completion</c>: what a shell must be told so that it completes commands, options and their values.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _planforensics() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(planforensics "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _planforensics planforensics
        """;

    private const string Zsh = """
        #compdef planforensics
        _planforensics() {
          local line="${(j: :)words[1,CURRENT]}"
          local -a found=("${(@f)$(planforensics "[suggest:${#line}]" "$line" 2>/dev/null)}")
          if [[ -n "$found[1]" ]]; then compadd -a found; else _files; fi
        }
        compdef _planforensics planforensics
        """;

    private const string Fish = """
        complete -c planforensics -a '(set -l line (commandline -cp); planforensics "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName planforensics -ScriptBlock {
          param($word, $line, $position)
          planforensics "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal) { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["powershell"] = PowerShell };

    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or powershell" };
        shell.CompletionSources.Clear();
        shell.CompletionSources.Add([.. Scripts.Keys]);
        return new ToolCommand(
            entry,
            "completion bash >> ~/.bashrc",
            "completion zsh >> ~/.zshrc",
            "completion fish > ~/.config/fish/completions/planforensics.fish",
            "completion powershell >> $PROFILE")
        {
            shell,
        }.Runs(parsed =>
        {
            string name = parsed.GetRequiredValue(shell);
            if (!Scripts.TryGetValue(name, out string? script))
                throw new UsageException($"no completion for \"{name}\"; there is one for {string.Join(", ", Scripts.Keys)}{(NearNames.Of(name, Scripts.Keys) is { Count: > 0 } near ? $"; did you mean {near[0]}?" : "")}");
            session.Output.WriteLine(script.ReplaceLineEndings("\n"));
            return ExitCode.Same;
        });
    }
}
