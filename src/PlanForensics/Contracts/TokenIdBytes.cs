using System.Buffers.Binary;

namespace PlanForensics.Contracts;

/// <summary>The bytes that are hashed for token ids: each id as a 32-bit little-endian integer.</summary>
internal static class TokenIdBytes
{
    public static byte[] Of(ReadOnlySpan<int> tokenIds)
    {
        byte[] bytes = new byte[checked(4 * tokenIds.Length)];
        for (int index = 0; index < tokenIds.Length; index++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * index), tokenIds[index]);
        return bytes;
    }
}
