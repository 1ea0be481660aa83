using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using PlanForensics.Models;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Pieces with scores, from llama2.c's <c>tokenizer.bin</c> or as a JSON list; encodes as llama2.c does.</summary>
/// <remarks>
/// Encoding: a space goes before a text that is not empty; each character is its piece, or where it has none its UTF-8 bytes (id byte + 3); then, again and
/// again, the neighbours whose joined piece has the highest score are joined, the leftmost of equals.
/// Source: karpathy/llama2.c, <c>run.c</c>, encode.
/// </remarks>
internal sealed class Llama2cVocabulary
{
    private const int BeginId = 1;
    private const int EndId = 2;
    private const int FirstByteId = 3;
    private readonly List<string> _pieces = [];
    private readonly List<float> _scores = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Reads the binary form: int32 longest piece, then float score, int32 length and bytes of each.</summary>
    public static ModelTokenizer Read(string path)
    {
        ReadOnlySpan<byte> rest = TokenizerJson.ReadBytes(path);
        int length = rest.Length;
        if (length < sizeof(int))
            throw new ModelFormatException(path, "max_token_length", $"the file has {length} bytes", 0);
        rest = rest[sizeof(int)..];
        Llama2cVocabulary vocabulary = new();
        while (!rest.IsEmpty)
        {
            string field = $"token {vocabulary._pieces.Count}";
            if (rest.Length < 8)
                throw new ModelFormatException(path, field, $"is cut off after {rest.Length} bytes", length - rest.Length);
            int bytes = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            if (bytes < 0 || bytes > rest.Length - 8)
                throw new ModelFormatException(path, field, $"has a length of {bytes} bytes, {rest.Length - 8} are left", length - rest.Length + 4);
            vocabulary.Add(Encoding.UTF8.GetString(rest.Slice(8, bytes)), BinaryPrimitives.ReadSingleLittleEndian(rest));
            rest = rest[(8 + bytes)..];
        }

        return vocabulary.ToTokenizer(path);
    }

    /// <summary>Reads the JSON form: a list of <c>{"id": 0, "piece": "...", "score": 0.0}</c> in the order of the ids.</summary>
    public static ModelTokenizer Read(string path, JsonElement list)
    {
        Llama2cVocabulary vocabulary = new();
        foreach (JsonElement entry in list.EnumerateArray())
        {
            int id = entry.GetProperty("id").GetInt32();
            if (id != vocabulary._pieces.Count)
                throw new ModelFormatException(path, "id", $"is {id}, expected {vocabulary._pieces.Count}: ids must come in order");
            vocabulary.Add(entry.GetProperty("piece").GetString() ?? "", entry.GetProperty("score").GetSingle());
        }

        return vocabulary.ToTokenizer(path);
    }

    private void Add(string piece, float score)
    {
        _ids.TryAdd(piece, _pieces.Count);
        _pieces.Add(piece);
        _scores.Add(score);
    }

    private ModelTokenizer ToTokenizer(string path)
    {
        if (_pieces.Count <= FirstByteId)
            throw new ModelFormatException(path, "pieces", $"are {_pieces.Count}; a vocabulary has the unknown, the begin and the end token and more", 0);
        TokenPieces pieces = new(
            _pieces.Select((p, id) => new KeyValuePair<int, string>(id, p)), [0, BeginId, EndId], isByteLevel: false, dropsFirstSpace: true);
        return new ModelTokenizer($"llama2.c pieces with scores, {pieces.Count} pieces ({Path.GetFileName(path)})", pieces, Encode);
    }

    private List<int> Encode(string text)
    {
        List<int> ids = [];
        foreach (Rune rune in (text.Length == 0 ? "" : " " + text).EnumerateRunes())
        {
            string character = rune.ToString();
            if (_ids.TryGetValue(character, out int id))
                ids.Add(id);
            else
                ids.AddRange(Encoding.UTF8.GetBytes(character).Select(b => b + FirstByteId));
        }

        while (BestJoin(ids) is var (at, joined) && at >= 0)
        {
            ids[at] = joined;
            ids.RemoveAt(at + 1);
        }

        return [BeginId, .. ids];
    }

    private (int At, int Joined) BestJoin(List<int> ids)
    {
        (int At, int Joined) best = (-1, 0);
        float highest = float.NegativeInfinity;
        for (int i = 0; i + 1 < ids.Count; i++)
        {
            if (ids[i] >= _pieces.Count || ids[i + 1] >= _pieces.Count)
                continue;
            if (_ids.TryGetValue(_pieces[ids[i]] + _pieces[ids[i + 1]], out int joined) && _scores[joined] > highest)
                (best, highest) = ((i, joined), _scores[joined]);
        }

        return best;
    }
}
