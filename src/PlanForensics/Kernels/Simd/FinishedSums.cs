using System.Numerics.Tensors;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Epilogues: what happens to finished sums.</summary>
internal static class FinishedSums
{
    /// <summary>Applies a program's epilogue to a row of binary32 sums.</summary>
    public static void Apply(ReductionProgram program, ReadOnlySpan<float> bias, Span<float> sums)
    {
        foreach (EpilogueStep step in program.Epilogue.AsSpan())
        {
            if (step.Kind == EpilogueKind.Bias)
                TensorPrimitives.Add(sums, bias, sums);
            Rounding.RoundInPlace(sums, step.Format);
        }

        if (program.Epilogue.Length == 0)
            Rounding.RoundInPlace(sums, NumericFormat.Fp32);
    }

    /// <summary>Applies a program's epilogue to binary64 sums, which are rounded once, straight to the epilogue's first format.</summary>
    public static void Apply(ReductionProgram program, ReadOnlySpan<double> sums, ReadOnlySpan<float> bias, Span<float> outputs)
    {
        NumericFormat output = program.Output == NumericFormat.Fp64 ? NumericFormat.Fp32 : program.Output;
        for (int index = 0; index < sums.Length; index++)
        {
            double value = sums[index];
            foreach (EpilogueStep step in program.Epilogue.AsSpan())
                value = Rounding.ToFormat(step.Kind == EpilogueKind.Bias ? (float)value + bias[index] : value, step.Format);
            outputs[index] = (float)Rounding.ToFormat(value, output);
        }
    }
}
