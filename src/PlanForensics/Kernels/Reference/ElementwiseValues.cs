using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Functions of elements as <see cref="ElementwiseFunction"/> states them.</summary>
internal static class ElementwiseValues
{
    private const float QuickGeluFactor = 1.702f;
    private const float RootOfHalf = 0.70710678f;        // 0x1.6a09e6p-1
    private const float RootOfTwoOverPi = 0.79788456f;   // 0x1.988454p-1
    private const float CubicFactor = 0.035677407f;      // 0x1.2444f2p-5, 0.044715 times that root

    public static void Run(ElementwisePlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (x.Length != y.Length)
            throw new ArgumentException($"expected as many outputs as inputs; got {y.Length} for {x.Length}", nameof(y));
        for (int index = 0; index < x.Length; index++)
        {
            float value = Value(plan.Function, x[index]);
            y[index] = float.IsNaN(value) ? FormatLimits.CanonicalNaN32 : value;
        }
    }

    private static float Value(ElementwiseFunction function, float x) => function switch
    {
        ElementwiseFunction.MlasLogistic => MlasFunctions.Logistic(x),
        ElementwiseFunction.MlasSilu => x * MlasFunctions.Logistic(x),
        ElementwiseFunction.MlasQuickGelu => x * MlasFunctions.Logistic(x * QuickGeluFactor),
        ElementwiseFunction.MlasTanh => MlasFunctions.Tanh(x),
        ElementwiseFunction.MlasErf => MlasFunctions.Erf(x),
        ElementwiseFunction.MlasGeluErf => 0.5f * x * (MlasFunctions.Erf(x * RootOfHalf) + 1),
        ElementwiseFunction.MlasGeluTanh => 0.5f * x * (MlasFunctions.Tanh(x * ((CubicFactor * x * x) + RootOfTwoOverPi)) + 1),
        ElementwiseFunction.AtenGeluTanh => 0.5f * x * (1 + SleefTanh.Tanh(RootOfTwoOverPi * MathF.FusedMultiplyAdd(0.044715f, x * x * x, x))),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "an unknown function"),
    };
}
