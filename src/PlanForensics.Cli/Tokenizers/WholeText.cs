using Microsoft.ML.Tokenizers;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Leaves a text in one piece: without a pre-tokeniser the library would cut at words, and pieces that span words would never form.</summary>
internal sealed class WholeText : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => [(0, text.Length)];

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => [(0, text.Length)];
}
