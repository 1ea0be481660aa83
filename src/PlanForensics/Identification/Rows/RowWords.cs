using System.Collections.Immutable;

namespace PlanForensics.Identification.Rows;

/// <summary>Words by which a record's engine is recognised as a family's own.</summary>
internal static class RowWords
{
    public static ImmutableArray<string> Of(string family) => family.Split('.') switch
    {
        ["aten", .. var rest] => ["torch", .. rest],
        ["mlas" or "ort", ..] => ["ort", "onnx"],
        ["tensor_primitives", ..] => ["tensorprimitives"],
        ["ggml", _, "avx512"] or ["ggml", _] => ["ggml"],
        ["ggml", _, var build] => ["ggml", build],
        var parts => [.. parts],
    };
}
