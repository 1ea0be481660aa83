using System.Collections.Immutable;

namespace PlanForensics.Identification.Products;

/// <summary>Words by which a record's engine is recognised as a family's own.</summary>
internal static class ProductWords
{
    public static ImmutableArray<string> Of(string family) => family.Split('.') switch
    {
        ["mlas", "constant_b", ..] => ["ort", "onnx", "constb"],
        ["mlas", ..] => ["ort", "onnx", "inputb"],
        ["onemkl", "sgemm", "linear", ..] => ["libtorch", "torch", "linear"],
        ["onemkl", ..] => ["libtorch", "torch", "mkl", "mm"],
        ["onednn" or "aten", ..] => ["libtorch", "torch", "bf16"],
        var parts => [.. parts],
    };
}
