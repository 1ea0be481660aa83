using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Functions;

/// <summary>Functions of elements as ONNX Runtime computes them.</summary>
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
        TensorValue x = recorded.Get("x");
        foreach (ElementwiseFunction function in Functions[recorded.Operation])
        {
            var plan = new ElementwisePlan(function);
            yield return new PlanCandidate("mlas.elementwise", plan.Text, output => KernelSelection.Default.Elementwise(plan, MemoryMarshal.Cast<byte, float>(x.Bytes.Span), output))
            {
                EngineWords = EngineNames.Of("mlas.elementwise"),
            };
        }
    }
}
