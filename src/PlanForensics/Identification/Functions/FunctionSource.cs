using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Functions;

/// <summary>Functions of elements as ONNX Runtime computes them, and PyTorch's GELU by tanh.</summary>
internal sealed class FunctionSource : ICandidateSource
{
    private static readonly ImmutableDictionary<string, ImmutableArray<ElementwiseFunction>> Functions = new Dictionary<string, ImmutableArray<ElementwiseFunction>>
    {
        ["silu"] = [ElementwiseFunction.MlasSilu],
        ["gelu"] = [ElementwiseFunction.MlasGeluErf, ElementwiseFunction.MlasGeluTanh],
        ["quick_gelu"] = [ElementwiseFunction.MlasQuickGelu],
        ["sigmoid"] = [ElementwiseFunction.MlasLogistic],
        ["tanh"] = [ElementwiseFunction.MlasTanh],
        ["erf"] = [ElementwiseFunction.MlasErf],
    }.ToImmutableDictionary();

    public bool Handles(RecordedOperator recorded) => Functions.ContainsKey(recorded.Operation) && recorded.Find("x") is { Format: NumericFormat.Fp32 } x && x.ElementCount == recorded.Output.ElementCount;

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        foreach (ElementwiseFunction function in Functions[recorded.Operation])
            yield return Candidate(recorded, "mlas.elementwise", new ElementwisePlan(function));
        if (recorded.Operation == "gelu" && AtenTakesVectorsOnly(recorded))
            yield return Candidate(recorded, "aten.gelu.tanh.avx512", new ElementwisePlan(ElementwiseFunction.AtenGeluTanh));
    }

    // Other elements run glibc's tanhf: those that fill no block, and with several threads those at the end of each thread's share of a large tensor.
    private static bool AtenTakesVectorsOnly(RecordedOperator recorded)
    {
        const long Block = 32;
        const long ShareFrom = 32_768;
        long count = recorded.Output.ElementCount;
        return count % Block == 0 && (recorded.Threads == 1 || count <= ShareFrom);
    }

    private static PlanCandidate Candidate(RecordedOperator recorded, string name, ElementwisePlan plan)
    {
        TensorValue x = recorded.Get("x");
        return new PlanCandidate(name, plan.Text, output => KernelSelection.Default.Elementwise(plan, MemoryMarshal.Cast<byte, float>(x.Bytes.Span), output)) { EngineWords = EngineNames.Of(name) };
    }
}
