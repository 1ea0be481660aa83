using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Incidents;

/// <summary>Reads a manifest and checks everything it says against the files beside it.</summary>
internal static class IncidentReader
{
    private const long LargestManifestBytes = 256L << 20;
    private const long LargestFileBytes = 1L << 30;

    public static WholeIncident Read(string folder)
    {
        string path = Path.Combine(folder, WholeIncident.ManifestName);
        if (!Directory.Exists(folder))
            throw new IncidentFormatException(folder, "incident", "there is no such folder");
        if (!File.Exists(path))
            throw new IncidentFormatException(path, "incident", $"there is no {WholeIncident.ManifestName} in the folder");
        if (new FileInfo(path).Length > LargestManifestBytes)
            throw new IncidentFormatException(path, "manifest", $"is larger than {LargestManifestBytes} bytes");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
            return Read(folder, new ManifestFields(path, "", document.RootElement));
        }
        catch (JsonException exception)
        {
            throw new IncidentFormatException(path, "manifest", $"is not valid JSON: {exception.Message}", exception);
        }
    }

    private static WholeIncident Read(string folder, ManifestFields manifest)
    {
        if (manifest.Text("format") is var form && form != WholeIncident.FormatName)
            throw manifest.Refuse("format", $"is \"{form}\"; \"{WholeIncident.FormatName}\" is read");
        ManifestFields model = manifest.Object("model");
        NumericFormat format = manifest.Text("dtype") switch
        {
            "f32" => NumericFormat.Fp32,
            "bf16" => NumericFormat.Bf16,
            var other => throw manifest.Refuse("dtype", $"is \"{other}\"; f32 and bf16 are read"),
        };
        ValueList<int>[] prompts = [.. manifest.IntegerRows("prompts").Select(row => ValueList.Create<int>(row))];
        if (prompts.Length == 0 || prompts[0].Count == 0)
            throw manifest.Refuse("prompts", "holds no prompt with a token");
        ManifestFields sequences = manifest.Object("sequences");
        Dictionary<string, IReadOnlyList<IncidentOperation>> operations = sequences.Names.ToDictionary(name => name, name => Operations(sequences, name));
        IncidentRun[] runs = [.. manifest.Objects("runs").Select(run => Run(folder, run, format, prompts))];
        if (runs.Length == 0)
            throw manifest.Refuse("runs", "is empty: there is nothing to attribute");
        if (runs.GroupBy(run => run.Batch).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw manifest.Refuse("runs", $"holds batch {twice.Key} twice");
        (TensorValue cosine, TensorValue sine) = Rope(folder, manifest.Object("rope_tables"), format, prompts[0].Count + runs.Max(run => run.Tokens.Count) - 1);
        string hash = model.Text("sha256");
        return new WholeIncident
        {
            Folder = folder,
            Name = manifest.Text("name") is { Length: > 0 } name ? name : throw manifest.Refuse("name", "is empty"),
            Engine = Engine(manifest),
            ModelName = model.FindText("name") is { Length: > 0 } known ? known : "model",
            ModelFile = FileName(model, "file"),
            ModelSha256 = hash.Length == 64 && hash.All(char.IsAsciiHexDigit) ? hash.ToLowerInvariant() : throw model.Refuse("sha256", $"is \"{hash}\"; 64 hexadecimal digits are expected"),
            Format = format,
            Threads = manifest.Has("threads") ? manifest.Integer("threads", 1) : 1,
            Prompts = prompts,
            Sequences = operations,
            Runs = runs,
            RopeCosine = cosine,
            RopeSine = sine,
        };
    }

    private static IncidentEngine Engine(ManifestFields manifest)
    {
        if (!manifest.Has("engine"))
            return new IncidentEngine(ValueMap.Empty, null);
        ManifestFields engine = manifest.Object("engine");
        return new IncidentEngine(engine.TextMap(), engine.Has("env") ? engine.Object("env").TextMap() : null);
    }

    private static IReadOnlyList<IncidentOperation> Operations(ManifestFields sequences, string name) => [.. sequences.Objects(name).Select(operation => new IncidentOperation(
        operation.Text("out"), operation.Text("kind"), operation.Texts("inputs"), operation.FindText("call") ?? "",
        operation.Has("attrs") ? operation.Object("attrs").FindNumber("scalar") : null))];

    private static IncidentRun Run(string folder, ManifestFields run, NumericFormat format, ValueList<int>[] prompts)
    {
        int batch = run.Integer("batch", 1);
        if (batch > prompts.Length)
            throw run.Refuse("batch", FormattableString.Invariant($"is {batch}, but there are {prompts.Length} prompts"));
        if (run.Has("rows") && !run.Integers("rows").SequenceEqual(Enumerable.Range(0, batch)))
            throw run.Refuse("rows", FormattableString.Invariant($"are not 0 to {batch - 1}, which batch {batch} decodes"));
        if (prompts.Take(batch).Any(prompt => prompt.Count != prompts[0].Count))
            throw run.Refuse("rows", "have prompts of different lengths: padding is not part of this form");
        int[] tokens = run.Integers("tokens_row0");
        ManifestFields stored = run.Object("logits_row0");
        TensorValue logits = WholeFile(folder, stored, 2, format);
        if (logits.Shape[0] != tokens.Length || tokens.Length == 0)
            throw stored.Refuse("shape", FormattableString.Invariant($"has {logits.Shape[0]} steps, but tokens_row0 has {tokens.Length}"));
        if (tokens.FirstOrDefault(token => token >= logits.Shape[1], -1) is >= 0 and var outside)
            throw run.Refuse("tokens_row0", FormattableString.Invariant($"holds {outside}, which lies outside the {logits.Shape[1]} logits"));
        IncidentStep[] steps = !run.Has("steps") ? [] : [.. run.Objects("steps").Select(step => Step(folder, step, batch, prompts[0].Count, tokens))];
        return new IncidentRun
        {
            Batch = batch, Tokens = ValueList.Create<int>(tokens), Logits = logits, Steps = steps,
            RepeatControl = run.FindFlag("control_repeat_bit_equal"), NeighbourControl = run.FindFlag("control_other_neighbours_row0_bit_equal"),
        };
    }

    private static IncidentStep Step(string folder, ManifestFields step, int batch, int prompt, int[] tokens)
    {
        int index = step.Integer("step");
        if (index >= tokens.Length)
            throw step.Refuse("step", FormattableString.Invariant($"is {index}, but the run has {tokens.Length} steps"));
        Expect(step, "B", batch);
        Expect(step, "T", index == 0 ? prompt : 1);
        Expect(step, "S", prompt + index);
        Expect(step, "token_row0", tokens[index]);
        string file = Existing(folder, step, "file");
        long length = new FileInfo(file).Length;
        ManifestFields tensors = step.Object("tensors");
        bool all = step.FindText("saved") switch
        {
            "all" => true,
            "row0" or null => false,
            var other => throw step.Refuse("saved", $"is \"{other}\"; row0 and all are read"),
        };
        return new IncidentStep(file, [.. tensors.Names.Select(name => Tensor(tensors, name, file, length))])
        {
            Index = index, Sequence = step.FindText("sequence") ?? (index == 0 ? "prefill" : "decode"), Batch = batch, QueryLength = index == 0 ? prompt : 1,
            KeyLength = prompt + index, SavesAllRows = all, Token = tokens[index],
        };
    }

    private static void Expect(ManifestFields step, string name, int expected)
    {
        if (step.Has(name) && step.Integer(name) is var actual && actual != expected)
            throw step.Refuse(name, FormattableString.Invariant($"is {actual}; {expected} is expected of this step"));
    }

    private static IncidentTensor Tensor(ManifestFields tensors, string name, string file, long length)
    {
        ManifestFields fields = tensors.Object(name);
        var tensor = new IncidentTensor(
            name, fields.Long("offset"), Dtype(fields), ValueList.Create<int>(fields.Integers("shape")), ValueList.Create<int>(fields.Integers(fields.Has("shape_full") ? "shape_full" : "shape")));
        if (tensor.Offset > length || tensor.LengthBytes > length - tensor.Offset)
            throw fields.Refuse("offset", FormattableString.Invariant($"is {tensor.Offset}, and the tensor has {tensor.LengthBytes} bytes, but {Path.GetFileName(file)} has {length}: the file is cut or another one"));
        return tensor;
    }

    private static (TensorValue Cosine, TensorValue Sine) Rope(string folder, ManifestFields tables, NumericFormat format, int positions)
    {
        TensorValue cosine = RopeTable(folder, tables.Object("cos"), format, positions);
        TensorValue sine = RopeTable(folder, tables.Object("sin"), format, positions);
        return cosine.Shape.SequenceEqual(sine.Shape) ? (cosine, sine) : throw tables.Refuse("sin", "has another shape than cos");
    }

    private static TensorValue RopeTable(string folder, ManifestFields fields, NumericFormat format, int positions)
    {
        TensorValue table = WholeFile(folder, fields, 2, format);
        return table.Shape[0] >= positions
            ? Half(fields, table)
            : throw fields.Refuse("shape", FormattableString.Invariant($"has {table.Shape[0]} positions; the longest run needs {positions}"));
    }

    /// <summary>A rotate-half table repeats its columns: the second half says nothing new, and must not.</summary>
    private static TensorValue Half(ManifestFields fields, TensorValue table)
    {
        int half = table.Shape[1] / 2;
        if (table.Shape[1] % 2 != 0 || half == 0)
            throw fields.Refuse("shape", FormattableString.Invariant($"has {table.Shape[1]} columns; an even head dimension is expected"));
        int bytes = NumericFormats.BytesPerElement(table.Format) * half;
        byte[] kept = new byte[bytes * table.Shape[0]];
        for (int position = 0; position < table.Shape[0]; position++)
        {
            ReadOnlySpan<byte> row = table.Bytes.Span.Slice(2 * position * bytes, 2 * bytes);
            if (!row[..bytes].SequenceEqual(row[bytes..]))
                throw fields.Refuse("file", FormattableString.Invariant($"position {position} has different values for the two members of a pair; a rotate-half table repeats them"));
            row[..bytes].CopyTo(kept.AsSpan(position * bytes));
        }

        return TensorValue.FromBytes(table.Format, kept, table.Shape[0], half);
    }

    private static TensorValue WholeFile(string folder, ManifestFields fields, int rank, NumericFormat format)
    {
        string path = Existing(folder, fields, "file");
        int[] shape = fields.Integers("shape");
        if (shape.Length != rank || shape.Any(dimension => dimension == 0))
            throw fields.Refuse("shape", $"is [{string.Join(", ", shape)}]; {rank} dimensions of at least 1 are expected");
        NumericFormat stored = Dtype(fields) switch { IncidentDtype.F32 => NumericFormat.Fp32, IncidentDtype.Bf16 => NumericFormat.Bf16, _ => throw fields.Refuse("dtype", "is i64; numbers are expected") };
        if (stored != format)
            throw fields.Refuse("dtype", $"is {NumericFormats.NameOf(stored)}; the incident is {NumericFormats.NameOf(format)}");
        long expected = shape.Aggregate((long)NumericFormats.BytesPerElement(stored), (product, dimension) => product * dimension);
        long length = new FileInfo(path).Length;
        if (length != expected)
            throw fields.Refuse("file", FormattableString.Invariant($"{Path.GetFileName(path)} has {length} bytes; shape [{string.Join(", ", shape)}] has {expected}: the file is cut or another one"));
        return TensorValue.FromBytes(stored, File.ReadAllBytes(path), shape);
    }

    private static IncidentDtype Dtype(ManifestFields fields) => fields.Text("dtype") switch
    {
        "f32" => IncidentDtype.F32,
        "bf16" => IncidentDtype.Bf16,
        "i64" => IncidentDtype.I64,
        var other => throw fields.Refuse("dtype", $"is \"{other}\"; f32, bf16 and i64 are read"),
    };

    private static string Existing(string folder, ManifestFields fields, string field)
    {
        string path = Path.Combine(folder, FileName(fields, field));
        if (!File.Exists(path))
            throw fields.Refuse(field, $"{Path.GetFileName(path)} is not in the incident's folder");
        return new FileInfo(path).Length <= LargestFileBytes ? path : throw fields.Refuse(field, $"{Path.GetFileName(path)} is larger than {LargestFileBytes} bytes");
    }

    private static string FileName(ManifestFields fields, string field)
    {
        string name = fields.Text(field);
        return name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..") ? name : throw fields.Refuse(field, $"is \"{name}\"; a file name without a folder is expected");
    }
}
