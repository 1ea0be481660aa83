namespace PlanForensics.Cli.Tokenizers;

/// <summary>GPT-2's alphabet: a visible letter for each of the 256 bytes.</summary>
/// <remarks>
/// The 188 bytes that Latin-1 shows (0x21-0x7E, 0xA1-0xAC, 0xAE-0xFF) are their own letters; the others are U+0100, U+0101, ... in order.
/// Source: openai/gpt-2, <c>encoder.py</c>, bytes_to_unicode.
/// </remarks>
internal static class ByteLevelAlphabet
{
    private static readonly Dictionary<char, byte> ByteOf = Build();

    /// <summary>The bytes that a piece stands for, or null when a letter is not of the alphabet.</summary>
    public static byte[]? TryDecode(string piece)
    {
        byte[] bytes = new byte[piece.Length];
        for (int i = 0; i < bytes.Length; i++)
            if (!ByteOf.TryGetValue(piece[i], out bytes[i]))
                return null;
        return bytes;
    }

    private static Dictionary<char, byte> Build()
    {
        Dictionary<char, byte> map = [];
        char next = '\u0100';
        for (int value = 0; value < 256; value++)
        {
            bool isVisible = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            map.Add(isVisible ? (char)value : next++, (byte)value);
        }

        return map;
    }
}
