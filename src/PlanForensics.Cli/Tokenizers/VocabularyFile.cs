using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using PlanForensics.Models;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Reads <c>vocab.json</c>: GPT-2's (an object, with <c>merges.txt</c> beside it) or a list of pieces with scores.</summary>
internal static class VocabularyFile
{
    public static ModelTokenizer Read(string path) => TokenizerJson.Read(path, root => root.ValueKind switch
    {
        JsonValueKind.Array => Llama2cVocabulary.Read(path, root),
        JsonValueKind.Object => Gpt2(path, root),
        _ => throw new ModelFormatException(path, "file", $"is {root.ValueKind}, expected an object or a list", 0),
    });

    private static ModelTokenizer Gpt2(string path, JsonElement root)
    {
        Dictionary<string, int> vocabulary = root.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32(), StringComparer.Ordinal);
        IEnumerable<int> control = vocabulary.TryGetValue("<|endoftext|>", out int end) ? [end] : [];
        TokenPieces pieces = new(vocabulary.Select(v => new KeyValuePair<int, string>(v.Value, v.Key)), control, isByteLevel: true, dropsFirstSpace: false);
        string mergesPath = Path.Combine(Path.GetDirectoryName(path) ?? "", "merges.txt");
        if (!File.Exists(mergesPath))
            return new ModelTokenizer($"GPT-2 byte-level pieces, {pieces.Count}; decodes only: merges.txt is missing", pieces, null);
        string[] merges = [.. Encoding.UTF8.GetString(TokenizerJson.ReadBytes(mergesPath)).Split('\n')
            .Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))];
        BpeTokenizer library = ByteLevelBpe.Create(vocabulary, merges);
        return new ModelTokenizer($"GPT-2 byte-level BPE, {pieces.Count} pieces (vocab.json, merges.txt)", pieces, text => library.EncodeToIds(text));
    }
}
