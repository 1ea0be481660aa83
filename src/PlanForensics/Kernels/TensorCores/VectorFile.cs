using System.Globalization;
using System.IO.Compression;

namespace PlanForensics.Kernels.TensorCores;

/// <summary>Text files of binary32 words, gzip or plain: rows of eight hexadecimal digits a word, or one word of 32 binary digits a line.</summary>
internal static class VectorFile
{
    private const int HexDigits = 8;
    private const int BinaryDigits = 32;

    /// <summary>The rows of a file; empty lines are left out.</summary>
    public static float[][] Read(string path)
    {
        var rows = new List<float[]>();
        using StreamReader reader = Open(path);
        int line = 0;
        try
        {
            while (reader.ReadLine() is { } text)
            {
                line++;
                string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 0)
                    rows.Add(Array.ConvertAll(words, word => Parse(path, line, word)));
            }
        }
        catch (InvalidDataException damaged)
        {
            throw new TensorCoreDataException(path, line + 1, $"the compressed data is damaged ({damaged.Message})");
        }

        return [.. rows];
    }

    /// <summary>gzip by its first two bytes, whatever the file is called.</summary>
    private static StreamReader Open(string path)
    {
        FileStream file = File.OpenRead(path);
        bool compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return new StreamReader(compressed ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    private static float Parse(string path, int line, string word)
    {
        bool ok = word.Length == BinaryDigits
            ? uint.TryParse(word, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out uint bits)
            : uint.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits) && word.Length == HexDigits;
        return ok
            ? BitConverter.UInt32BitsToSingle(bits)
            : throw new TensorCoreDataException(path, line, $"expected binary32 words of {HexDigits} hexadecimal or {BinaryDigits} binary digits; got \"{word}\"");
    }
}
