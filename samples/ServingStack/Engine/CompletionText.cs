using Microsoft.ML.Tokenizers;

namespace ServingStack.Engine;

/// <summary>A completion's text as it grows: characters of several tokens are held back until they are whole, and so is what may be the beginning of a stop text.</summary>
public sealed class CompletionText
{
    private readonly Tokenizer _tokenizer;
    private readonly IReadOnlyList<string> _stops;
    private readonly int[] _prompt;
    private readonly string _promptText;
    private readonly List<int> _tokens = [];
    private int _told;

    /// <summary>Begins a text.</summary>
    /// <param name="tokenizer">The tokeniser.</param>
    /// <param name="prompt">The prompt's tokens: a space between prompt and completion belongs to the completion.</param>
    /// <param name="stops">Texts that end it; none of them is part of it.</param>
    public CompletionText(Tokenizer tokenizer, int[] prompt, IReadOnlyList<string> stops)
    {
        (_tokenizer, _prompt, _stops) = (tokenizer, prompt, stops);
        _promptText = tokenizer.Decode(prompt);
    }

    /// <summary>Whether a stop text came.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="isLast">Whether nothing comes after it: then nothing is held back.</param>
    /// <returns>The text that is certain now; it may be empty.</returns>
    public string Append(int token, bool isLast)
    {
        _tokens.Add(token);
        return Grow(isLast);
    }

    /// <summary>Ends the text without a further token.</summary>
    /// <returns>What was held back.</returns>
    public string End() => IsStopped ? "" : Grow(isLast: true);

    private string Grow(bool isLast)
    {
        string whole = _tokenizer.Decode([.. _prompt, .. _tokens]);
        string text = whole.StartsWith(_promptText, StringComparison.Ordinal) ? whole[_promptText.Length..] : _tokenizer.Decode(_tokens);
        int end = isLast ? text.Length : text.TrimEnd('\uFFFD').Length;
        foreach (string stop in _stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0)
            {
                IsStopped = true;
                end = Math.Min(end, at);
            }
            else if (!isLast)
            {
                end = Math.Min(end, text.Length - Overlap(text, stop));
            }
        }

        string news = end > _told ? text[_told..end] : "";
        _told = Math.Max(_told, end);
        return news;
    }

    /// <summary>How many of the last characters of a text begin a stop text.</summary>
    private static int Overlap(string text, string stop)
    {
        for (int length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                return length;
        return 0;
    }
}
