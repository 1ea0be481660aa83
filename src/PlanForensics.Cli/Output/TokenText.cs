using System.Globalization;
using System.Text;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Output;

/// <summary>Tokens as reports write them: the id, and the text where a tokeniser is at hand.</summary>
internal static class TokenText
{
    private const int LongestToken = 24;

    /// <summary>For example <c>263 " ball"</c>, or <c>263</c> without a tokeniser.</summary>
    public static string Of(int? token, ModelTokenizer? tokenizer) => token is not { } id ? "?"
        : tokenizer is null ? id.ToString(CultureInfo.InvariantCulture)
        : $"{id.ToString(CultureInfo.InvariantCulture)} {Quote(tokenizer.TokenText(id))}";

    /// <summary>A text in quotes on one line: control characters as escapes, a long one cut.</summary>
    public static string Quote(string text, int longest = LongestToken)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in text.Length <= longest ? text : text[..longest])
        {
            quoted.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '"' => "\\\"",
                '\\' => "\\\\",
                _ when char.IsControl(c) => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append(text.Length <= longest ? "\"" : "...\"").ToString();
    }

    /// <summary>A run of tokens: as text where a tokeniser is at hand, else the ids.</summary>
    public static string Run(IReadOnlyList<int> tokens, ModelTokenizer? tokenizer) => tokenizer is null
        ? string.Join(' ', tokens)
        : tokenizer.Decode([.. tokens]);
}
