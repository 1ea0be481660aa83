using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlanForensics.Models;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Capture;

/// <summary>The project's own model with its bf16 weights widened to fp32: PyTorch then multiplies with OpenBLAS.</summary>
internal static class WidenedModel
{
    public static void Write(string source, string folder)
    {
        JsonObject configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        configuration["torch_dtype"] = "float32";
        File.WriteAllText(Path.Combine(folder, "config.json"), configuration.ToJsonString());
        using SafetensorsSet weights = SafetensorsSet.Open(source);
        var header = new JsonObject();
        using var data = new MemoryStream();
        foreach (string name in weights.Names.Order(StringComparer.Ordinal))
        {
            TensorValue tensor = weights.Read(name);
            long start = data.Length;
            data.Write(MemoryMarshal.AsBytes<float>(tensor.ToFp32()));
            header[name] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray([.. tensor.Shape.ToArray().Select(size => (JsonNode)size)]), ["data_offsets"] = new JsonArray(start, data.Length) };
        }

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. length, .. text, .. data.ToArray()]);
    }
}
