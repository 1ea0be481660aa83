using Spectre.Console;

namespace PlanForensics.Cli.Output;

/// <summary>A cell's text and what it says.</summary>
internal readonly record struct ReportCell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator ReportCell(string text) => new(text);

    public Style ToStyle() => Tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Red),
        Tone.Unsure => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
