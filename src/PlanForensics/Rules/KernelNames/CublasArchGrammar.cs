namespace PlanForensics.Rules.KernelNames;

/// <summary>cuBLAS and TensorRT: <c>{arch}_{out}_s{mma}gemm_{in}_{M}x{N}[_sliced1x2]_ldg8[_relu]_f2f[_stages_{bk}x{stages}]_{layout}</c>.</summary>
internal sealed class CublasArchGrammar : IKernelGrammar
{
    private static readonly string[] Architectures = ["kepler", "maxwell", "pascal", "volta", "turing", "ampere", "ada", "hopper", "blackwell"];

    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(Starts) is not { Length: > 1 } words)
            return null;
        bool isTensorRt = words[0] == "trt";
        if (isTensorRt)
            words = words[1..];
        string? architecture = Array.Find(Architectures, known => known == words[0]);
        KernelDescription blank = name.Describe("", null) with { Architecture = architecture };
        return FlatGemmReader.Read(blank, words.AsSpan(architecture is null ? 0 : 1).ToArray()) is { } description
            ? description with { Family = FamilyOf(description, isTensorRt, architecture) }
            : null;
    }

    private static bool Starts(string last) =>
        last.StartsWith("trt_", StringComparison.Ordinal) && !last.Contains("xmma", StringComparison.Ordinal)
        || Array.Exists(Architectures, known => last.StartsWith(known + "_", StringComparison.Ordinal));

    private static string FamilyOf(KernelDescription description, bool isTensorRt, string? architecture) =>
        isTensorRt ? "tensorrt" : description.Operator is KernelOperator.Convolution ? "cudnn" : $"cublas_{architecture}";
}
