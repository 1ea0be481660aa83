using PlanForensics.Models;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>A model's tokeniser: decodes ids to text for reports, and encodes prompts where its files can be run exactly.</summary>
/// <remarks>
/// Encoding is by Microsoft.ML.Tokenizers for SentencePiece models, Hugging Face BPE and GPT-2, and by the loop of llama2.c for its own files. A
/// tokeniser that asks for a step which is not known here still decodes, and <see cref="Describe"/> says why it does not encode.
/// </remarks>
public sealed class ModelTokenizer
{
    private readonly TokenPieces? _pieces;
    private readonly Func<string, IReadOnlyList<int>>? _encode;

    internal ModelTokenizer(string describe, TokenPieces? pieces, Func<string, IReadOnlyList<int>>? encode)
    {
        Describe = describe;
        _pieces = pieces;
        _encode = encode;
    }

    /// <summary>What was read and what it can do, on one line for people.</summary>
    public string Describe { get; }

    /// <summary>Whether <see cref="Encode"/> works.</summary>
    public bool CanEncode => _encode is not null;

    /// <summary>Finds and reads a tokeniser.</summary>
    /// <param name="folderOrFile">
    /// A tokeniser's file, a model's folder, or any other file in such a folder. In a folder the first of these is read: <c>tokenizer.model</c>
    /// (SentencePiece), <c>tokenizer.json</c> (Hugging Face BPE), <c>vocab.json</c> (with <c>merges.txt</c>: GPT-2; a list of pieces with scores:
    /// llama2.c), <c>tokenizer.bin</c> (llama2.c).
    /// </param>
    /// <returns>The tokeniser; one that knows ids only where the folder holds none of the files.</returns>
    /// <exception cref="ArgumentException"><paramref name="folderOrFile"/> is null or empty.</exception>
    /// <exception cref="IOException">The path does not exist or cannot be read.</exception>
    /// <exception cref="ModelFormatException">The tokeniser's file is damaged.</exception>
    public static ModelTokenizer Load(string folderOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(folderOrFile);
        if (!Path.Exists(folderOrFile))
            throw new FileNotFoundException($"no tokeniser and no model at {folderOrFile}", folderOrFile);
        if (!Directory.Exists(folderOrFile))
        {
            if (Read(folderOrFile) is { } tokenizer)
                return tokenizer;
            folderOrFile = Path.GetDirectoryName(Path.GetFullPath(folderOrFile))!;
        }

        foreach (string name in (ReadOnlySpan<string>)["tokenizer.model", "tokenizer.json", "vocab.json", "tokenizer.bin"])
        {
            string file = Path.Combine(folderOrFile, name);
            if (File.Exists(file) && Read(file) is { } tokenizer)
                return tokenizer;
        }

        return new ModelTokenizer("no tokeniser beside the model: token ids only", null, null);
    }

    /// <summary>Turns a text into ids, with the tokens that the tokeniser puts around every text (usually the one that begins a sequence).</summary>
    /// <param name="text">The text; names of special tokens in it are read as plain text.</param>
    /// <returns>The ids, or null where this tokeniser does not encode.</returns>
    public IReadOnlyList<int>? Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encode?.Invoke(text);
    }

    /// <summary>Turns ids into text as a reader should see it: control tokens left out, bytes joined to characters, the prefix space dropped.</summary>
    /// <param name="ids">The ids, in order.</param>
    /// <returns>The text. An id without a piece shows as <c>&lt;#512&gt;</c>; bytes that form no character as U+FFFD.</returns>
    public string Decode(ReadOnlySpan<int> ids)
    {
        if (_pieces is not null)
            return _pieces.Decode(ids);
        System.Text.StringBuilder text = new();
        foreach (int id in ids)
            text.Append(TokenText(id));
        return text.ToString();
    }

    /// <summary>One token as text, on its own: spaces and control tokens included.</summary>
    /// <param name="id">The id.</param>
    /// <returns>For example <c> upon</c> or <c>&lt;s&gt;</c>; <c>&lt;#512&gt;</c> where the id has no piece.</returns>
    public string TokenText(int id) => _pieces?.Text(id) ?? TokenPieces.Unnamed(id);

    private static ModelTokenizer? Read(string file) => Path.GetFileName(file).ToLowerInvariant() switch
    {
        "tokenizer.json" => HuggingFaceTokenizer.Read(file),
        "vocab.json" => VocabularyFile.Read(file),
        "merges.txt" => VocabularyFile.Read(Path.Combine(Path.GetDirectoryName(file) ?? "", "vocab.json")),
        "tokenizer.bin" => Llama2cVocabulary.Read(file),
        string name when name.EndsWith(".model", StringComparison.Ordinal) => SentencePieceModel.Read(file),
        _ => null,
    };
}
