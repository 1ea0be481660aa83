using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>From a cuBLASLt plan to the exact order of every rounding.</summary>
/// <remarks>
/// Accumulators are binary32 in all modes. Matrix-unit modes take blocks of L terms by <see cref="ReductionStep.Dot"/> with the architecture's L, F and rounding; on
/// sm_100 and sm_103 an fp8 block is summed from 0 and then added in binary32. CUDA-core modes add each product by fma to an accumulator that starts at +0.0 (the product of two fp16
/// numbers is exact, that of two bf16 numbers too unless it leaves the exponent range). Slices merge forward, starting with slice 0's partial. The sum is rounded to the output format once, to nearest even.
/// Bitwise: identical on every machine. Source: docs/cublaslt.md.
/// </remarks>
public static class CublasLtLowering
{
    /// <summary>The program of a plan.</summary>
    /// <param name="plan">The plan, as <see cref="CublasLtPlanner"/> gives it.</param>
    /// <param name="profile">The profile that it was planned with: its architecture gives the matrix unit.</param>
    /// <param name="kind">The operands.</param>
    /// <param name="depth">K, the terms of each sum: the one that was planned for.</param>
    /// <param name="output">Output format: fp32, fp16 or bf16.</param>
    /// <returns>The program, which holds for every output element.</returns>
    /// <exception cref="PlanNotSupportedException">The matrix unit is not known, or the program is larger than programs may be.</exception>
    public static ReductionProgram Lower(CublasLtPlan plan, CublasLtProfile profile, CublasLtKind kind, int depth, NumericFormat output)
    {
        CublasLtTarget target = Target(plan, profile, kind, depth, output);
        try
        {
            if (plan.ToGemm(target) is { } gemm)
                return ((GemmProgram)gemm.Lower(new OperatorShape(1, 1, depth))).Uniform!;
            NumericFormat operand = CublasLtKinds.OperandOf(kind);
            return new ReductionProgram(depth, plan.ToChain(target), operand, operand, [new EpilogueStep(EpilogueKind.Round, output)]);
        }
        catch (ArgumentException exception)
        {
            throw plan.Refuse(exception.Message.Split(" (Parameter '")[0]);
        }
    }

    /// <summary>The plan in the vocabulary of matrix products.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="profile">The profile that it was planned with.</param>
    /// <param name="kind">The operands.</param>
    /// <param name="depth">K, the terms of each sum.</param>
    /// <param name="output">Output format: fp32, fp16 or bf16.</param>
    /// <returns>A plan that lowers to the program of <see cref="Lower"/> at this K; null for the gemv orders that the vocabulary does not have (chunks inside lanes, block dots).</returns>
    /// <exception cref="PlanNotSupportedException">The matrix unit is not known, or a number of the plan is larger than plans may have.</exception>
    public static GemmPlan? FindGemmPlan(CublasLtPlan plan, CublasLtProfile profile, CublasLtKind kind, int depth, NumericFormat output)
    {
        CublasLtTarget target = Target(plan, profile, kind, depth, output);
        try
        {
            return plan.ToGemm(target);
        }
        catch (ArgumentException exception)
        {
            throw plan.Refuse(exception.Message.Split(" (Parameter '")[0]);
        }
    }

    private static CublasLtTarget Target(CublasLtPlan plan, CublasLtProfile profile, CublasLtKind kind, int depth, NumericFormat output)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        if (output is not (NumericFormat.Fp32 or NumericFormat.Fp16 or NumericFormat.Bf16))
            throw new ArgumentException($"expected an output of fp32, fp16 or bf16; got {NumericFormats.NameOf(output)}", nameof(output));
        CublasLtTarget target = new(profile, kind, depth, output);
        return depth <= ReductionLimits.LargestIndex
            ? target
            : throw plan.Refuse($"a reduction has at most {ReductionLimits.LargestIndex} terms; got K = {depth}");
    }
}
