using System.Globalization;
using Spectre.Console;

namespace PlanForensics.Cli.Output;

/// <summary>Prints results for people: lines, named values, tables.</summary>
/// <param name="writer">Receives the text.</param>
/// <param name="width">Columns that a table may fill.</param>
/// <param name="useColour">Whether cells may be coloured.</param>
internal sealed class TextReport(TextWriter writer, int width, bool useColour)
{
    private const int NameWidth = 12;

    /// <summary>A line as it stands: never wrapped, so that it can be copied.</summary>
    public void Line(string text = "") => writer.WriteLine(text);

    /// <summary>A named value; a value of several lines is indented under the first.</summary>
    public void Value(string name, string value)
    {
        string indent = new(' ', NameWidth + 1);
        string[] lines = value.Split('\n');
        writer.WriteLine($"{name.PadRight(NameWidth)} {lines[0]}".TrimEnd());
        foreach (string line in lines.Skip(1))
            writer.WriteLine((indent + line).TrimEnd());
    }

    /// <summary>A named value that is wrapped between words to the width.</summary>
    public void Prose(string name, string text) => Value(name, string.Join('\n', text.Split('\n').SelectMany(line => Wrap(line, width - NameWidth - 1))));

    /// <summary>Lines under a heading, wrapped to the width; each keeps its indentation.</summary>
    public void Section(string name, IEnumerable<string> lines)
    {
        writer.WriteLine(name);
        foreach (string line in lines)
            foreach (string part in Wrap(line, width - 2))
                writer.WriteLine(("  " + part).TrimEnd());
    }

    /// <summary>A remark under a table, wrapped to the width.</summary>
    public void Note(string text)
    {
        foreach (string line in Wrap(text, width))
            writer.WriteLine(line);
    }

    /// <summary>A table with a heading; where its columns do not fit, each row as a block of named values.</summary>
    public void Table(ReportTable table)
    {
        if (table.ToSpectre(width) is not { } rows)
        {
            Blocks(table);
            return;
        }

        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = useColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = useColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = false;
        console.Write(rows);
        foreach (string line in text.ToString().TrimEnd('\n').Split('\n'))
            writer.WriteLine(line.TrimEnd());
    }

    private void Blocks(ReportTable table)
    {
        int name = table.Headings.Max(heading => heading.Length);
        for (int row = 0; row < table.Rows.Count; row++)
        {
            if (row > 0)
                writer.WriteLine();
            for (int column = 0; column < table.Headings.Count; column++)
            {
                string label = table.Headings[column].PadRight(name) + "  ";
                foreach (string line in Wrap(table.Rows[row][column].Text, width - name - 2))
                {
                    writer.WriteLine((label + line).TrimEnd());
                    label = new string(' ', name + 2);
                }
            }
        }
    }

    private static IEnumerable<string> Wrap(string line, int columns)
    {
        string indent = new(' ', line.Length - line.TrimStart().Length);
        string rest = line;
        while (rest.Length > columns)
        {
            int cut = rest.LastIndexOf(' ', columns);
            if (cut <= indent.Length)
                cut = rest.IndexOf(' ', columns);
            if (cut < 0)
                break;
            yield return rest[..cut];
            rest = indent + rest[(cut + 1)..];
        }

        yield return rest;
    }
}
