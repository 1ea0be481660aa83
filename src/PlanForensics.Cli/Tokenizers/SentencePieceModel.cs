using Microsoft.ML.Tokenizers;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Reads <c>tokenizer.model</c>, a SentencePiece model, with Microsoft.ML.Tokenizers.</summary>
internal static class SentencePieceModel
{
    public static ModelTokenizer Read(string path)
    {
        byte[] bytes = TokenizerJson.ReadBytes(path);
        bool addsBeginning = AddsBeginning(path);
        return TokenizerJson.Guard(path, () =>
        {
            using MemoryStream stream = new(bytes);
            SentencePieceTokenizer library = SentencePieceTokenizer.Create(stream, addsBeginning, addEndOfSentence: false);
            TokenPieces pieces = new(
                library.Vocabulary.Select(v => new KeyValuePair<int, string>(v.Value, v.Key)),
                [library.UnknownId, library.BeginningOfSentenceId, library.EndOfSentenceId],
                isByteLevel: false,
                library.AddDummyPrefix);
            return new ModelTokenizer($"SentencePiece, {pieces.Count} pieces ({Path.GetFileName(path)})", pieces, text => library.EncodeToIds(text));
        });
    }

    /// <summary>What <c>tokenizer_config.json</c> says beside the model; yes where it says nothing, as Llama's tokeniser does.</summary>
    private static bool AddsBeginning(string path)
    {
        string configuration = Path.Combine(Path.GetDirectoryName(path) ?? "", "tokenizer_config.json");
        return !File.Exists(configuration) ||
            TokenizerJson.Read(configuration, root => !root.TryGetProperty("add_bos_token", out System.Text.Json.JsonElement flag) || flag.GetBoolean());
    }
}
