using System.Text.Json;

namespace PlanForensics.Cli.Tokenizers;

/// <summary>What a <c>tokenizer.json</c> does to a text before and after BPE, as far as it is one of the known ways.</summary>
internal sealed class TextSteps
{
    private const string Underline = "\u2581";

    /// <summary>The first step that is not known, in words; null when the text can be encoded exactly.</summary>
    public string? Unknown { get; private set; }

    /// <summary>Whether pieces are in GPT-2's alphabet of bytes.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>What goes before every text that is not empty.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>Whether the prefix is left out where the text begins with a space.</summary>
    public bool IsPrefixOptional { get; private set; }

    /// <summary>Whether spaces become U+2581.</summary>
    public bool ReplacesSpaces { get; private set; }

    /// <summary>Whether the decoder takes one space off the beginning.</summary>
    public bool DropsFirstSpace { get; private set; }

    /// <summary>Ids that go before and after the ids of a text.</summary>
    public List<int> Before { get; } = [];

    /// <inheritdoc cref="Before"/>
    public List<int> After { get; } = [];

    public static TextSteps Read(JsonElement root)
    {
        TextSteps steps = new();
        foreach (JsonElement step in Steps(root, "normalizer", "normalizers"))
            steps.AddNormalizer(step);
        foreach (JsonElement step in Steps(root, "pre_tokenizer", "pretokenizers"))
            steps.AddPreTokenizer(step);
        foreach (JsonElement step in Steps(root, "post_processor", "processors"))
            steps.AddPostProcessor(step);
        foreach (JsonElement step in Steps(root, "decoder", "decoders"))
        {
            steps.IsByteLevel |= TypeOf(step) == "ByteLevel";
            steps.DropsFirstSpace |= TypeOf(step) == "Metaspace" || IsStripOfOneSpace(step);
        }

        return steps;
    }

    public string Apply(string text)
    {
        if (ReplacesSpaces)
            text = text.Replace(" ", Underline, StringComparison.Ordinal);
        if (text.Length == 0 || (IsPrefixOptional && text.StartsWith(Prefix, StringComparison.Ordinal)))
            return text;
        return Prefix + text;
    }

    private void AddNormalizer(JsonElement step)
    {
        if (TypeOf(step) == "Prepend")
            Prefix = step.GetProperty("prepend").GetString() ?? "";
        else if (TypeOf(step) == "Replace" && IsSpace(step.GetProperty("pattern")) && step.GetProperty("content").GetString() == Underline)
            ReplacesSpaces = true;
        else
            Unknown ??= $"normalizer {TypeOf(step)} is not known";
    }

    private void AddPreTokenizer(JsonElement step)
    {
        if (TypeOf(step) == "ByteLevel" && Flag(step, "use_regex", true) && Prefix.Length == 0 && !ReplacesSpaces)
        {
            IsByteLevel = true;
            IsPrefixOptional = true;
            Prefix = Flag(step, "add_prefix_space", true) ? " " : "";
        }
        else if (TypeOf(step) == "Metaspace" && !Flag(step, "split", true) && step.GetProperty("replacement").GetString() == Underline)
        {
            ReplacesSpaces = true;
            IsPrefixOptional = true;
            Prefix = step.TryGetProperty("prepend_scheme", out JsonElement scheme) && scheme.GetString() == "never" ? "" : Underline;
        }
        else
        {
            Unknown ??= $"pre_tokenizer {TypeOf(step)} is not known";
        }
    }

    private void AddPostProcessor(JsonElement step)
    {
        if (TypeOf(step) == "ByteLevel")
            return;
        if (TypeOf(step) != "TemplateProcessing")
        {
            Unknown ??= $"post_processor {TypeOf(step)} is not known";
            return;
        }

        List<int> target = Before;
        foreach (JsonElement item in step.GetProperty("single").EnumerateArray())
        {
            if (item.TryGetProperty("Sequence", out _))
            {
                target = After;
                continue;
            }

            string name = item.GetProperty("SpecialToken").GetProperty("id").GetString()!;
            foreach (JsonElement id in step.GetProperty("special_tokens").GetProperty(name).GetProperty("ids").EnumerateArray())
                target.Add(id.GetInt32());
        }
    }

    private static JsonElement[] Steps(JsonElement root, string name, string list)
    {
        if (!root.TryGetProperty(name, out JsonElement step) || step.ValueKind == JsonValueKind.Null)
            return [];
        return TypeOf(step) == "Sequence" ? [.. step.GetProperty(list).EnumerateArray()] : [step];
    }

    private static string TypeOf(JsonElement step) => step.GetProperty("type").GetString() ?? "";

    private static bool IsStripOfOneSpace(JsonElement step) =>
        TypeOf(step) == "Strip" && step.GetProperty("content").GetString() == " " && step.GetProperty("start").GetInt32() == 1;

    private static bool IsSpace(JsonElement pattern) => pattern.TryGetProperty("String", out JsonElement text) && text.GetString() == " ";

    private static bool Flag(JsonElement step, string name, bool absent) => step.TryGetProperty(name, out JsonElement flag) ? flag.GetBoolean() : absent;
}
