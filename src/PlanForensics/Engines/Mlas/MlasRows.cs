using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's operators over rows on a CPU with AVX-512F: softmax.</summary>
/// <remarks>16 lanes that start at +0.0; the last vector of a row is masked; lanes are added at distances 8, 1, 2, 4; one reciprocal. Source: MLAS's <c>TransKernelAvx512F</c> and <c>compute.cpp</c>; ONNX Runtime 1.31.1.</remarks>
public static class MlasRows
{
    /// <summary>All families; names are unique.</summary>
    public static ImmutableArray<RowFamily> All { get; } =
    [
        new("mlas.softmax.avx512", RowOperator.Softmax, new SoftmaxPlan
        {
            Math = MathPath.Mlas, Sum = new LaneTree { Lanes = 16, Merge = MergeOrder.HalfNeighbours }, Divide = Division.Reciprocal,
        }),
    ];
}
