using System.Text;

namespace PlanForensics.FluentAssertions;

/// <summary>The text of a failure: a sentence, then labelled lines.</summary>
internal sealed class Finding
{
    private const int LabelWidth = 12;
    private const string Placeholder = "{reason}";
    private readonly StringBuilder _text = new();

    /// <param name="expectation">The sentence up to its reason, for FluentAssertions: placeholders are its own.</param>
    /// <param name="fact">What was found instead.</param>
    public Finding(string expectation, string fact) => _text.Append(expectation).Append(Placeholder).Append(", but ").Append(Escape(fact));

    /// <summary>Adds a line; nothing for a null.</summary>
    public Finding Line(string label, string? text)
    {
        if (text is null)
            return this;
        _text.Append("\n  ").Append(label.PadRight(LabelWidth));
        string indent = "\n" + new string(' ', LabelWidth + 2);
        _text.Append(Escape(text.Replace("\n", indent, StringComparison.Ordinal)));
        return this;
    }

    /// <summary>The message with FluentAssertions' placeholders.</summary>
    public string Message => _text.ToString();

    private static string Escape(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
