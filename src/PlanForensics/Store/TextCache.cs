using System.Text;

namespace PlanForensics.Store;

/// <summary>Turns UTF-8 into strings, equal bytes into one instance as long as few are in use.</summary>
internal sealed class TextCache
{
    private const int Size = 4096;
    private readonly (byte[] Bytes, string Text)[] _recent = new (byte[], string)[Size];

    public string TextOf(ReadOnlySpan<byte> utf8)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        ref (byte[]? Bytes, string Text) entry = ref _recent[hash.ToHashCode() & (Size - 1)]!;
        if (entry.Bytes is null || !utf8.SequenceEqual(entry.Bytes))
            entry = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return entry.Text;
    }
}
