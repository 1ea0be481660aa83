using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace PlanForensics.Tests.Models;

/// <summary>Writes safetensors files, valid or not, byte by byte.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, int dataBytes) => Of(header, new byte[dataBytes]);

    public static byte[] Of(string header, ReadOnlySpan<byte> data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file.AsSpan(8 + json.Length));
        return file;
    }

    public static byte[] Of(params IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors)
    {
        Dictionary<string, object> header = new() { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        using MemoryStream data = new();
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            long begin = data.Length;
            foreach (float value in values)
                data.Write(BitConverter.GetBytes(value));
            header.Add(name, new { dtype = "F32", shape, data_offsets = new[] { begin, data.Length } });
        }

        return Of(JsonSerializer.Serialize(header), data.ToArray());
    }
}
