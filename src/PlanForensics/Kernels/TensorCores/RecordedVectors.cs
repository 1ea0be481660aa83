using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.TensorCores;

/// <summary>One set of results read off a GPU: a folder <c>GPU/FORMAT</c> with files <c>a_*</c>, <c>b_*</c>, <c>c_*</c> and one <c>d_*</c> for each output format.</summary>
/// <param name="Gpu">The GPU: the outer folder's name.</param>
/// <param name="Format">The operands' format: the inner folder's name.</param>
/// <param name="Output">The output format, as the name of the <c>d_*</c> file ends.</param>
/// <param name="Folder">The inner folder.</param>
/// <param name="ResultPath">The <c>d_*</c> file.</param>
public sealed record RecordedVectors(string Gpu, string Format, string Output, string Folder, string ResultPath)
{
    /// <summary>The model of this GPU and these formats, or null where the catalogue has none.</summary>
    public TensorCoreModel? Model => TryFormat(Format, out NumericFormat operand) && TryFormat(Output, out NumericFormat output)
        ? TensorCoreCatalog.Find(Gpu, operand, output)
        : null;

    /// <summary>Finds the sets below a folder, in ordinal order of GPU, format and output.</summary>
    /// <param name="root">The folder that holds the GPUs' folders.</param>
    /// <returns>The sets; none where no folder is laid out so.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<RecordedVectors> Find(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return
        [
            .. from gpu in Directory.GetDirectories(root).Order(StringComparer.Ordinal)
               from format in Directory.GetDirectories(gpu).Order(StringComparer.Ordinal)
               from result in Directory.GetFiles(format, "d_*").Order(StringComparer.Ordinal)
               select new RecordedVectors(Path.GetFileName(gpu), Path.GetFileName(format), OutputOf(result), format, result),
        ];
    }

    /// <summary>Reads the vectors and runs a model on each.</summary>
    /// <param name="model">The model; null for <see cref="Model"/>.</param>
    /// <param name="count">Most vectors to compare; null for all.</param>
    /// <returns>How many results the model gives to the bit. A set without a <c>c_*</c> file has accumulators of +0.0.</returns>
    /// <exception cref="TensorCoreDataException">A file is missing or cannot be read, or files differ in length.</exception>
    /// <exception cref="InvalidOperationException">No model is given, and the catalogue has none.</exception>
    public TensorCoreMatch Check(TensorCoreModel? model = null, int? count = null)
    {
        TensorCoreModel used = model ?? Model ?? throw new InvalidOperationException($"no model of {Gpu} for {Format} operands and {Output} results is known");
        float[][] a = VectorFile.Read(PathOf("a") ?? throw new TensorCoreDataException(Folder, 0, "no file a_* is there"));
        float[][] b = VectorFile.Read(PathOf("b") ?? throw new TensorCoreDataException(Folder, 0, "no file b_* is there"));
        float[][]? c = PathOf("c") is { } path ? VectorFile.Read(path) : null;
        float[][] d = VectorFile.Read(ResultPath);
        if (a.Length != d.Length || b.Length != d.Length || (c is not null && c.Length != d.Length))
            throw new TensorCoreDataException(Folder, 0, $"expected as many rows in every file; got a {a.Length}, b {b.Length}, c {c?.Length ?? d.Length}, d {d.Length}");
        int total = Math.Min(count ?? d.Length, d.Length);
        int matched = 0;
        for (int row = 0; row < total; row++)
        {
            if (a[row].Length != b[row].Length)
                throw new TensorCoreDataException(Folder, row + 1, $"expected as many values in b as in a; got {b[row].Length} and {a[row].Length}");
            float result = TensorCore.MultiplyAdd(used, a[row], b[row], c is null ? 0 : c[row][0]);
            matched += BitConverter.SingleToUInt32Bits(result) == BitConverter.SingleToUInt32Bits(d[row][0]) ? 1 : 0;
        }

        return new TensorCoreMatch(used, matched, total);
    }

    private static string OutputOf(string path) => Path.GetFileName(path).Split('.')[0].Split('_')[^1];

    private static bool TryFormat(string name, out NumericFormat format)
    {
        // The text is a name: lower case is its canonical form, not a comparison.
#pragma warning disable CA1308
        string canonical = name.ToLowerInvariant();
#pragma warning restore CA1308
        return NumericFormats.TryParse(canonical, out format) || NumericFormats.TryParse("fp8" + canonical, out format);
    }

    private string? PathOf(string operand) => Directory.GetFiles(Folder, operand + "_*").Order(StringComparer.Ordinal).FirstOrDefault();
}
