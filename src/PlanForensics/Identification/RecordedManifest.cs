using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlanForensics.Plans;

namespace PlanForensics.Identification;

/// <summary>A manifest of recorded operators: a JSON file that names, for each, the files of its output and inputs, its shape and what it was called with.</summary>
/// <remarks>
/// The file holds <c>vectors</c>, an array of cases, and <c>inputs</c>, an array of <c>file</c> and <c>shape</c>. Paths are relative to it; <c>A.bin[:M]</c> takes the first M rows.
/// Files are little-endian, row-major binary32 (bf16 and fp16 values held as binary32), or raw q8_0 and q4_0 blocks. What a manifest says about plans (<c>plans</c>, <c>fma</c>,
/// <c>class_map</c>, <c>formula</c>, <c>tail</c>, <c>path</c>, <c>replay_*</c>) is never read.
/// </remarks>
public sealed class RecordedManifest
{
    private readonly ImmutableArray<JsonElement> _cases;
    private readonly CaseReader _reader;

    private readonly JsonElement? _flip;

    private RecordedManifest(ImmutableArray<JsonElement> cases, ImmutableArray<string> names, CaseReader reader, JsonElement? flip) =>
        (_cases, Names, _reader, _flip) = (cases, names, reader, flip);

    /// <summary>The cases' names in the manifest's order: the file of each output.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Opens a manifest. The files it names are read case by case.</summary>
    /// <param name="path">The manifest's path.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="ManifestFormatException">The file is no JSON, or has no array <c>vectors</c> of objects with a name.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RecordedManifest Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using JsonDocument document = Parse(path);
        JsonElement root = document.RootElement.Clone();
        JsonElement vectors = root.ValueKind == JsonValueKind.Array ? root
            : root.ValueKind == JsonValueKind.Object && root.TryGetProperty("vectors", out JsonElement found) ? found : default;
        if (vectors.ValueKind != JsonValueKind.Array)
            throw new ManifestFormatException(path, "a manifest holds \"vectors\", an array of cases");
        ImmutableArray<JsonElement> cases = [.. vectors.EnumerateArray()];
        ImmutableArray<string> names = [.. cases.Select((item, index) => JsonText.Find(item, "file")
            ?? throw new ManifestFormatException(path, $"case {index} of \"vectors\" has no \"file\""))];
        var reader = new CaseReader(new RecordedFiles(path, root));
        return new RecordedManifest(cases, names, reader, JsonText.Get(root, "flip"));
    }

    /// <summary>Reads the recorded flip of a token and its files.</summary>
    /// <returns>The flip; null where the manifest has none.</returns>
    /// <exception cref="ManifestFormatException">A file is missing or has another size than the entry says, or a field is missing.</exception>
    public RecordedFlip? ReadFlip() => _flip is { } flip ? _reader.ReadFlip(flip) : null;

    /// <summary>Reads one case and its files.</summary>
    /// <param name="index">0-based place in <see cref="Names"/>.</param>
    /// <returns>The recorded operator. One whose kind is not known has its output only.</returns>
    /// <exception cref="ManifestFormatException">A file is missing or has another size than the case says, or a field is missing; the message names the case.</exception>
    public RecordedOperator Read(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _cases.Length);
        return _reader.Read(Names[index], _cases[index]);
    }

    /// <summary>Elements of a case's output as its shape says; its files are not read.</summary>
    /// <param name="index">0-based place in <see cref="Names"/>.</param>
    /// <returns>The product of the sizes; 0 where the case has no shape.</returns>
    public long ElementCount(int index) => JsonText.Shape(_cases[index], "shape") is { } shape ? shape.Aggregate(1L, (product, size) => product * size) : 0;

    /// <summary>Reads one matrix product from files of binary32 numbers.</summary>
    /// <param name="activations">File of A, (M, K); of a file with more rows the first M are taken.</param>
    /// <param name="weights">File of W, (N, K) or (K, N): the output tells.</param>
    /// <param name="output">File of the output, (M, N).</param>
    /// <param name="shape">M, N and K, each at least 1.</param>
    /// <param name="threads">Threads that the library had.</param>
    /// <returns>The recorded operator, named after the output's file.</returns>
    /// <exception cref="ManifestFormatException">A file is missing or has another size, or the weights give the output neither way round.</exception>
    public static RecordedOperator ReadProduct(string activations, string weights, string output, OperatorShape shape, int threads)
    {
        using JsonDocument nothing = JsonDocument.Parse("{}");
        long rowBytes = (long)shape.Depth * sizeof(float);
        bool hasMoreRows = rowBytes > 0 && new FileInfo(activations) is { Exists: true } file && file.Length % rowBytes == 0 && file.Length / rowBytes > shape.Rows;
        var item = new JsonObject
        {
            ["op"] = "matmul", ["shape"] = new JsonArray(shape.Rows, shape.Columns), ["M"] = shape.Rows, ["N"] = shape.Columns, ["K"] = shape.Depth, ["threads"] = threads,
            ["A"] = Path.GetFullPath(activations) + (hasMoreRows ? "[:M]" : ""), ["W"] = Path.GetFullPath(weights),
        };
        using JsonDocument entry = JsonDocument.Parse(item.ToJsonString());
        return new CaseReader(new RecordedFiles(output, nothing.RootElement)).Read(Path.GetFileName(output), entry.RootElement);
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException exception)
        {
            throw new ManifestFormatException(path, $"this is no JSON: {exception.Message}", exception);
        }
    }
}
