using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>What records call the libraries whose rules carry a prefix.</summary>
internal static class EngineNames
{
    /// <summary>Words of an engine's name, for a rule's name such as <c>aten.layer_norm.2.10</c>.</summary>
    public static ImmutableArray<string> Of(string rule) => rule.Split('.')[0] switch
    {
        "aten" => rule.Contains("1.13", StringComparison.Ordinal) ? ["torch1.13", "1.13"] : ["libtorch", "torch"],
        "mlas" => ["ort", "onnxruntime", "onnx runtime"],
        _ => [],
    };
}
