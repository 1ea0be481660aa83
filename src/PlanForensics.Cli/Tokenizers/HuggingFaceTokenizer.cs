using System.Text.Json;
using PlanForensics.Models;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>: BPE whose text steps are those of Llama 2 or of GPT-2; other kinds decode where they are BPE.</summary>
internal static class HuggingFaceTokenizer
{
    public static ModelTokenizer Read(string path) => TokenizerJson.Read(path, root => From(path, root));

    private static ModelTokenizer From(string path, JsonElement root)
    {
        JsonElement model = root.GetProperty("model");
        string kind = model.TryGetProperty("type", out JsonElement type) ? type.GetString() ?? "" : "BPE";
        if (kind != "BPE")
            return new ModelTokenizer($"tokenizer.json of type {kind}, which is not read: token ids only", null, null);
        Dictionary<string, int> vocabulary = model.GetProperty("vocab").EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetInt32(), StringComparer.Ordinal);
        List<int> special = [];
        Dictionary<int, string> byId = [];
        foreach ((string piece, int id) in vocabulary)
            byId[id] = piece;
        foreach (JsonElement added in Items(root, "added_tokens"))
        {
            int id = added.GetProperty("id").GetInt32();
            byId[id] = added.GetProperty("content").GetString() ?? "";
            if (added.TryGetProperty("special", out JsonElement flag) && flag.GetBoolean())
                special.Add(id);
        }

        TextSteps steps = TextSteps.Read(root);
        TokenPieces pieces = new(byId, special, steps.IsByteLevel, steps.DropsFirstSpace);
        string? reason = steps.Unknown ?? Unknown(model);
        if (reason is not null)
            return new ModelTokenizer($"Hugging Face BPE, {pieces.Count} pieces; decodes only: {reason}", pieces, null);
        BpeEncoder encoder = new(vocabulary, Merges(path, model), steps, Text(model, "unk_token"), IsTrue(model, "byte_fallback"), IsTrue(model, "fuse_unk"));
        return new ModelTokenizer($"Hugging Face BPE, {pieces.Count} pieces ({Path.GetFileName(path)})", pieces, encoder.Encode);
    }

    private static string? Unknown(JsonElement model)
    {
        if (model.TryGetProperty("dropout", out JsonElement dropout) && dropout.ValueKind == JsonValueKind.Number)
            return "it merges at random (dropout)";
        if (IsTrue(model, "ignore_merges"))
            return "it looks whole words up before it merges (ignore_merges)";
        foreach (string name in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
            if (!string.IsNullOrEmpty(Text(model, name)))
                return $"it uses {name}";
        return null;
    }

    private static List<string> Merges(string path, JsonElement model)
    {
        List<string> merges = [];
        foreach (JsonElement merge in Items(model, "merges"))
        {
            string text = merge.ValueKind == JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString() ?? "";
            if (text.Count(c => c == ' ') != 1)
                throw new ModelFormatException(path, "merges", $"'{text}' is not two pieces with one space between them");
            merges.Add(text);
        }

        return merges;
    }

    private static JsonElement[] Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
