using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Makes GPT-2's kind of BPE: text is cut by one pattern, and each cut merged over its bytes.</summary>
internal static partial class ByteLevelBpe
{
    public static BpeTokenizer Create(Dictionary<string, int> vocabulary, IEnumerable<string> merges) => BpeTokenizer.Create(new BpeOptions(vocabulary)
    {
        Merges = merges,
        ByteLevel = true,
        PreTokenizer = new RegexPreTokenizer(Cuts(), null),
    });

    /// <summary>Source: openai/gpt-2, <c>encoder.py</c>.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Cuts();
}
