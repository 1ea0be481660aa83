using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlanForensics.Cli.Output;

/// <summary>A table with a rule under its headings and no other line, in ASCII: it reads the same in a log, a mail and a terminal.</summary>
internal sealed class HeadRuleBorder : TableBorder
{
    public override string GetPart(TableBorderPart part) => part switch
    {
        TableBorderPart.HeaderBottom => "-",
        TableBorderPart.HeaderBottomSeparator => "-",
        _ => "",
    };
}
