using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>Turns cases of a manifest into recorded operators.</summary>
internal sealed partial class CaseReader(RecordedFiles files)
{
    private static readonly ImmutableArray<string> AttributeNames =
    [
        "engine", "version", "M", "N", "K", "KV", "Hkv", "threads", "eps", "scale", "causal", "n_dims", "mode", "freq_base", "freq_scale", "pos", "out_layout", "max_bias", "dim", "affine",
    ];

    private static readonly ImmutableArray<string> RowWise = ["sum", "softmax", "layer_norm", "soft_max", "soft_max_ext", "rms_norm", "norm", "silu", "gelu", "sum_rows", "rope", "quick_gelu", "sigmoid", "tanh", "erf"];

    public RecordedOperator Read(string name, JsonElement item)
    {
        string operation = JsonText.Find(item, "op") ?? throw new ManifestFormatException(name, "the case has no \"op\"");
        int[] shape = JsonText.Shape(item, "shape") ?? throw new ManifestFormatException(name, "the case has no \"shape\", an array of sizes from 0 up");
        TensorValue output = files.ReadOutput(name, shape, name);
        OperatorAttributes attributes = Attributes(item);
        var tensors = new Dictionary<string, TensorValue>();
        if (operation == "matmul")
            attributes = Product(name, item, tensors, output, attributes);
        else if (operation is "sdpa" or "flash_attn_ext")
            Attention(name, operation, item, tensors);
        else if (RowWise.Contains(operation))
            tensors["x"] = Tensor(name, item, "X") ?? Tensor(name, item, "A") ?? throw new ManifestFormatException(name, "the case has neither \"X\" nor \"A\"");
        foreach ((string field, string tensor) in new[] { ("mask", "mask"), ("weight", "weight"), ("bias", "bias") })
            if (Tensor(name, item, field) is { } found)
                tensors[tensor] = found;
        return new RecordedOperator(name, operation, tensors, output, attributes);
    }

    public RecordedFlip ReadFlip(JsonElement item)
    {
        const string Name = "flip";
        if (JsonText.Get(item, "x") is not { } x || JsonText.Get(item, "W_two_rows") is not { } w || JsonText.Shape(item, "cols") is not { } tokens
            || JsonText.Get(item, "results") is not { ValueKind: JsonValueKind.Object } results)
            throw new ManifestFormatException(Name, "a flip has \"x\", \"W_two_rows\", \"cols\" and \"results\"");
        var runs = ImmutableArray.CreateBuilder<RecordedFlipRun>();
        foreach (JsonProperty run in results.EnumerateObject())
        {
            Match key = RunPattern().Match(run.Name);
            if (!key.Success || JsonText.Integer(run.Value, "argmax") is not { } argmax || JsonText.Patterns(run.Value, "logit_bits") is not { } bits || bits.Length != tokens.Length)
                throw new ManifestFormatException(Name, $"{run.Name}: a run is named Mm_tn and has \"argmax\" and as many \"logit_bits\" as \"cols\"");
            runs.Add(new RecordedFlipRun(
                run.Name, int.Parse(key.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(key.Groups[2].Value, CultureInfo.InvariantCulture), argmax, [.. bits]));
        }

        TensorValue hidden = Declared(x);
        TensorValue weights = Declared(w);
        if (hidden.ElementCount == 0 || weights.ElementCount != hidden.ElementCount * tokens.Length)
            throw new ManifestFormatException(Name, $"the weights have {weights.ElementCount} values; expected {tokens.Length} rows of {hidden.ElementCount}");
        return new RecordedFlip(JsonText.Find(item, "desc") ?? "", hidden, weights, [.. tokens], runs.ToImmutable());

        TensorValue Declared(JsonElement file) =>
            files.ReadOutput(JsonText.Find(file, "file") ?? throw new ManifestFormatException(Name, "a tensor has no \"file\""), JsonText.Shape(file, "shape") ?? [], Name);
    }

    private OperatorAttributes Product(string name, JsonElement item, Dictionary<string, TensorValue> tensors, TensorValue output, OperatorAttributes attributes)
    {
        if (attributes.Integer("M") is not ({ } m and > 0) || attributes.Integer("N") is not ({ } n and > 0) || attributes.Integer("K") is not ({ } k and > 0))
            throw new ManifestFormatException(name, "a matmul has \"M\", \"N\" and \"K\", each at least 1");
        if (output.ElementCount != (long)m * n)
            throw new ManifestFormatException(name, $"the output has {output.ElementCount} elements; M x N is {(long)m * n}");
        TensorValue a = Tensor(name, item, "A", k) ?? throw new ManifestFormatException(name, "a matmul has \"A\"");
        if (a.Format != NumericFormat.Fp32 || a.ElementCount != (long)m * k)
            throw new ManifestFormatException(name, $"A has {a.ElementCount} elements; M x K is {(long)m * k} of fp32");
        tensors["a"] = TensorValue.FromBytes(NumericFormat.Fp32, a.Bytes, m, k);
        string reference = JsonText.Find(item, "W") ?? throw new ManifestFormatException(name, "a matmul has \"W\"");
        ProductWeights weights = ProductWeights.Read(files, reference, tensors["a"], n, output, name);
        tensors["w"] = weights.Tensor;
        return weights.Type is { } type ? attributes.With("w_type", type) : attributes.With("w_layout", weights.Layout);
    }

    private void Attention(string name, string operation, JsonElement item, Dictionary<string, TensorValue> tensors)
    {
        tensors["q"] = Tensor(name, item, "Q") ?? Tensor(name, item, "Qfile") ?? Tensor(name, item, "A") ?? Conventional("Q");
        tensors["k"] = Tensor(name, item, "Kfile") ?? Conventional("K", "Kk");
        tensors["v"] = Tensor(name, item, "V") ?? Tensor(name, item, "Vfile") ?? Conventional("V", "Vv");

        // A case that names no file means the inputs that are named after the operator.
        TensorValue Conventional(params string[] letters)
        {
            string[] found = [.. files.Declared.Where(file => letters.Any(letter => Path.GetFileNameWithoutExtension(file) == $"{operation}_{letter}"))];
            return found.Length == 1
                ? files.Read(found[0], name)
                : throw new ManifestFormatException(name, $"the case does not name its {letters[0]}, and {found.Length} inputs are called {operation}_{string.Join($" or {operation}_", letters)}");
        }
    }

    private TensorValue? Tensor(string name, JsonElement item, string field, int rowLength = 1) => JsonText.Find(item, field) is { } text
        ? files.Read(FileReference.Parse(text, size => JsonText.Integer(item, size), name), name, rowLength)
        : null;

    private static OperatorAttributes Attributes(JsonElement item)
    {
        OperatorAttributes attributes = OperatorAttributes.None;
        foreach (string field in AttributeNames)
        {
            if (JsonText.Get(item, field) is not { } value)
                continue;
            attributes = value.ValueKind switch
            {
                JsonValueKind.Number => attributes.With(field, value.GetDouble()),
                JsonValueKind.String => attributes.With(field, value.GetString()!),
                JsonValueKind.True or JsonValueKind.False => attributes.With(field, value.GetBoolean()),
                JsonValueKind.Array when value.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Number) =>
                    attributes.With(field, [.. value.EnumerateArray().Select(element => element.GetDouble())]),
                _ => attributes,
            };
        }

        Match epsilon = EpsilonPattern().Match(attributes.Text("engine") ?? "");
        return attributes.Number("eps") is null && epsilon.Success ? attributes.With("eps", double.Parse(epsilon.Groups[1].Value, CultureInfo.InvariantCulture)) : attributes;
    }

    [GeneratedRegex(@"^M(\d{1,9})_t(\d{1,9})$")]
    private static partial Regex RunPattern();

    [GeneratedRegex(@"\beps[ =]([0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?)")]
    private static partial Regex EpsilonPattern();
}
