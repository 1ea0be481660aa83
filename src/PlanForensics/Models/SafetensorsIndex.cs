using System.Text.Json;

namespace PlanForensics.Models;

/// <summary>Reads <c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal static class SafetensorsIndex
{
    private const string MapField = "weight_map";

    public static Dictionary<string, string> Read(string path)
    {
        JsonFields root = JsonFields.ReadFile(path, SafetensorsFile.MaximumHeaderBytes);
        (JsonElement map, long offset) = root.Find(MapField) ?? throw new ModelFormatException(path, MapField, "is missing", 0);
        if (map.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException(path, MapField, $"is {map.ValueKind}, expected an object of tensor name to shard", offset);
        Dictionary<string, string> shards = new(StringComparer.Ordinal);
        foreach (JsonProperty entry in map.EnumerateObject())
        {
            string field = $"{MapField}.{entry.Name}";
            if (entry.Value.ValueKind != JsonValueKind.String)
                throw new ModelFormatException(path, field, $"is {entry.Value.ValueKind}, expected the name of a shard", offset);
            string shard = entry.Value.GetString()!;
            if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
                throw new ModelFormatException(path, field, $"'{shard}' is not the plain name of a file beside the index", offset);
            if (!shards.TryAdd(entry.Name, shard))
                throw new ModelFormatException(path, field, "appears twice", offset);
        }

        return shards;
    }
}
