using System.Globalization;
using System.Text;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>The piece of every id, and how pieces become text.</summary>
internal sealed class TokenPieces
{
    private const string Space = "\u2581";
    private readonly Dictionary<int, string> _pieces;
    private readonly HashSet<int> _control;
    private readonly bool _isByteLevel;
    private readonly bool _dropsFirstSpace;

    /// <param name="pieces">The piece of each id, as the file spells it.</param>
    /// <param name="control">Ids that stand for no text.</param>
    /// <param name="isByteLevel">Whether pieces are in GPT-2's alphabet of bytes; else U+2581 is a space and <c>&lt;0x0A&gt;</c> a byte.</param>
    /// <param name="dropsFirstSpace">Whether the encoder puts a space before every text, which the decoder takes off.</param>
    public TokenPieces(IEnumerable<KeyValuePair<int, string>> pieces, IEnumerable<int> control, bool isByteLevel, bool dropsFirstSpace)
    {
        _pieces = new Dictionary<int, string>(pieces);
        _control = [.. control];
        _isByteLevel = isByteLevel;
        _dropsFirstSpace = dropsFirstSpace;
    }

    public int Count => _pieces.Count;

    public static string Unnamed(int id) => string.Create(CultureInfo.InvariantCulture, $"<#{id}>");

    public string Text(int id)
    {
        if (!_pieces.TryGetValue(id, out string? piece))
            return Unnamed(id);
        if (_control.Contains(id))
            return piece;
        byte[] bytes = BytesOf(piece);
        // A byte that is only part of a character keeps the name of its piece; in GPT-2's alphabet that is its letter.
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : piece;
    }

    public string Decode(ReadOnlySpan<int> ids)
    {
        List<byte> bytes = [];
        foreach (int id in ids)
        {
            if (_control.Contains(id))
                continue;
            bytes.AddRange(_pieces.TryGetValue(id, out string? piece) ? BytesOf(piece) : Encoding.UTF8.GetBytes(Unnamed(id)));
        }

        string text = Encoding.UTF8.GetString([.. bytes]);
        return _dropsFirstSpace && text.StartsWith(' ') ? text[1..] : text;
    }

    private byte[] BytesOf(string piece)
    {
        if (_isByteLevel)
            return ByteLevelAlphabet.TryDecode(piece) ?? Encoding.UTF8.GetBytes(piece);
        return TryParseByte(piece, out byte value) ? [value] : Encoding.UTF8.GetBytes(piece.Replace(Space, " ", StringComparison.Ordinal));
    }

    private static bool TryParseByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>' &&
            byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
