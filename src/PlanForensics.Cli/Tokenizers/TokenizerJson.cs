using System.Text.Json;
using PlanForensics.Models;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Reads a tokeniser's files with a limit on their size; whatever is wrong in them becomes a <see cref="ModelFormatException"/>.</summary>
internal static class TokenizerJson
{
    private const long MaximumBytes = 64 << 20;

    public static byte[] ReadBytes(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= MaximumBytes
            ? File.ReadAllBytes(path)
            : throw new ModelFormatException(path, "file", $"has {length} bytes; a tokeniser of at most {MaximumBytes} is read", 0);
    }

    public static T Read<T>(string path, Func<JsonElement, T> read)
    {
        byte[] bytes = ReadBytes(path);
        return Guard(path, () =>
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return read(document.RootElement);
        });
    }

    /// <summary>Runs a reader whose library throws as it likes on damaged input, Protobuf even an <see cref="IOException"/>.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not (ModelFormatException or OutOfMemoryException))
        {
            throw new ModelFormatException(path, "tokeniser", $"cannot be read: {exception.Message}", null, exception);
        }
    }
}
