namespace PlanForensics.Plans;

/// <summary>A plan's or a program's text cannot be read.</summary>
public sealed class PlanFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="text">The text that was read.</param>
    /// <param name="position">0-based index of the first character that could not be read.</param>
    /// <param name="reason">What was expected there.</param>
    public PlanFormatException(string text, int position, string reason)
        : base($"plan text, character {position}: {reason}; got \"{Excerpt(text, position)}\"")
    {
        Text = text;
        Position = position;
        Reason = reason;
    }

    /// <summary>What was expected.</summary>
    public string Reason { get; }

    /// <summary>The text that was read.</summary>
    public string Text { get; }

    /// <summary>0-based index of the first character that could not be read.</summary>
    public int Position { get; }

    /// <summary>The same error of a text that is part of another.</summary>
    internal PlanFormatException Within(string text, int offset) => new(text, offset + Position, Reason);

    /// <summary>A value that a constructor refused, as an error of the text that gave it.</summary>
    internal static PlanFormatException Of(string text, int position, ArgumentException refused)
    {
        string reason = refused.Message;
        int suffix = reason.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return new PlanFormatException(text, position, suffix < 0 ? reason : reason[..suffix]);
    }

    private static string Excerpt(string text, int position)
    {
        int start = Math.Clamp(position, 0, text.Length);
        string rest = text[start..];
        return rest.Length <= 60 ? rest : string.Concat(rest.AsSpan(0, 60), "...");
    }
}
