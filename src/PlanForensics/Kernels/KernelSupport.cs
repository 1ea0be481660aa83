using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>What the CPU kernels run, and the checks of arguments that all of them share.</summary>
internal static class KernelSupport
{
    public static bool Check(OperatorProgram program, out string reason)
    {
        reason = program switch
        {
            GemmProgram gemm => gemm.Regions.Select(region => ProblemOf(region.Program)).FirstOrDefault(problem => problem.Length > 0, ""),
            AttentionProgram attention => ProblemOf(attention.Math, attention.BaseTwo) is { Length: > 0 } math ? math
                : ProblemOf(attention.Scores) is { Length: > 0 } scores ? scores
                : ProblemOf(attention.Parts[0][0].Values),
            FlashAttentionProgram flash => MathFunctions.HasExp(flash.Math) ? ProblemOf(flash.Scores) : ProblemOf(flash.Math),
            ElementwiseProgram { Plan: RopePlan rope } => ProblemOf(rope),
            ElementwiseProgram { Plan: ActivationPlan activation } => ProblemOf(activation),
            ActivationRowProgram row => ProblemOf(row.Vectorised) is { Length: > 0 } vectorised ? vectorised : ProblemOf(row.Remainder),
            SoftmaxProgram softmax => ProblemOf(softmax.Math) is { Length: > 0 } exp ? exp : ProblemOf(softmax.Block.Tail),
            ComposedAttentionProgram composed => ProblemOf(composed.Math) is { Length: > 0 } function ? function
                : composed.Scores.Regions.Concat(composed.Values.Regions).Select(region => ProblemOf(region.Program)).FirstOrDefault(problem => problem.Length > 0, ""),
            _ => "",
        };
        return reason.Length == 0;
    }

    public static int CheckGemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        Demand(program);
        ProgramRegion last = program.Regions[^1];
        int rows = weights.Depth == 0 ? c.Length / Math.Max(weights.Outputs, 1) : a.Length / weights.Depth;
        if (weights.Depth != last.Program.Depth || last.ColumnStart + last.ColumnCount != weights.Outputs)
            throw new ArgumentException($"the program is lowered for N = {last.ColumnStart + last.ColumnCount}, K = {last.Program.Depth}; the weights are {weights.Outputs} x {weights.Depth}", nameof(weights));
        if (rows > last.RowStart + last.RowCount)
            throw new ArgumentException($"the program is lowered for {last.RowStart + last.RowCount} rows; got {rows}", nameof(a));
        if (a.Length != (long)rows * weights.Depth || c.Length != (long)rows * weights.Outputs)
            throw new ArgumentException($"expected {rows} rows of K = {weights.Depth} in and N = {weights.Outputs} out; got {a.Length} and {c.Length} values", nameof(c));
        bool adds = last.Program.Epilogue.Any(step => step.Kind == EpilogueKind.Bias);
        if (bias.Length != (adds ? weights.Outputs : 0))
            throw new ArgumentException($"expected {(adds ? weights.Outputs : 0)} bias values; got {bias.Length}", nameof(bias));
        return rows;
    }

    public static int CheckQuantized(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c)
    {
        Demand(program);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Format != program.Weights || weights.Depth != program.Depth)
            throw new ArgumentException(
                $"the program takes {BlockFormats.NameOf(program.Weights)} weights of K = {program.Depth}; these are {BlockFormats.NameOf(weights.Format)} of K = {weights.Depth}", nameof(weights));
        int rows = a.Length / program.Depth;
        return a.Length == rows * program.Depth && c.Length == (long)rows * weights.Rows
            ? rows
            : throw new ArgumentException($"expected rows of K = {program.Depth} in and N = {weights.Rows} out; got {a.Length} and {c.Length} values", nameof(c));
    }

    public static void CheckRows(NormProgram program, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        Demand(program);
        if (x.Length % program.Width != 0 || x.Length != y.Length || weight.Length != program.Width)
            throw new ArgumentException($"expected rows of {program.Width} and as many weights; got {x.Length} in, {y.Length} out, {weight.Length} weights", nameof(x));
    }

    public static void CheckRows(NormProgram program, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        CheckRows(program, x, weight, y);
        if (bias.Length != program.Width)
            throw new ArgumentException($"expected {program.Width} bias values; got {bias.Length}", nameof(bias));
    }

    public static void CheckAdd(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (stream.Length != x.Length || stream.Length != y.Length)
            throw new ArgumentException($"expected as many values in both inputs and the output; got {stream.Length}, {x.Length} and {y.Length}", nameof(x));
    }

    public static void CheckRope(RopePlan plan, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Demand(plan, ProblemOf(plan));
        if (cosine.Length == 0 || cosine.Length != sine.Length || heads.Length % (2 * cosine.Length) != 0)
            throw new ArgumentException($"expected head_dim/2 cosines and sines and whole heads; got {cosine.Length}, {sine.Length} and {heads.Length}", nameof(heads));
    }

    public static void CheckAttention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        Demand(program);
        ArgumentNullException.ThrowIfNull(cache);
        if (query.Length != output.Length || query.Length % (cache.HeadDimension * cache.Heads) != 0 || program.Scores.Depth != cache.HeadDimension)
            throw new ArgumentException($"expected query and output of a multiple of {cache.Heads} heads of {program.Scores.Depth}; got {query.Length} and {output.Length} with head_dim {cache.HeadDimension}", nameof(query));
        if (program.KeyCount > cache.Count)
            throw new ArgumentException($"the program sees {program.KeyCount} keys; the cache holds {cache.Count}", nameof(cache));
    }

    public static void CheckFlashAttention(FlashAttentionProgram program, FlashAttentionInput input, Span<float> output)
    {
        Demand(program);
        ArgumentNullException.ThrowIfNull(input);
        if (program.KeyCount != input.KeyCount || program.Scores.Depth != input.HeadDimension)
            throw new ArgumentException(
                $"the program is lowered for {program.KeyCount} keys and heads of {program.Scores.Depth}; got {input.KeyCount} and {input.HeadDimension}", nameof(input));
        if (output.Length != (long)input.Rows * input.Heads * input.ValueDimension)
            throw new ArgumentException($"expected {input.Rows} x {input.Heads} x {input.ValueDimension} outputs; got {output.Length}", nameof(output));
    }

    public static void CheckComposed(ComposedAttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        Demand(program);
        ArgumentNullException.ThrowIfNull(cache);
        if (query.Length != output.Length || query.Length == 0 || query.Length % (program.Rows * program.HeadDimension * cache.Heads) != 0 || program.HeadDimension != cache.HeadDimension)
            throw new ArgumentException($"expected query and output of {program.Rows} rows of a multiple of {cache.Heads} heads of {program.HeadDimension}; got {query.Length} and {output.Length} with head_dim {cache.HeadDimension}", nameof(query));
        if (program.Keys != cache.Count)
            throw new ArgumentException($"the program has {program.Keys} keys; the cache holds {cache.Count}", nameof(cache));
    }

    public static void CheckActivation(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Demand(plan, plan.Block.Length > 0 ? "its elements differ by row: lower each row with LowerRow and run its two parts" : ProblemOf(plan));
        if (x.Length != y.Length)
            throw new ArgumentException($"expected as many outputs as inputs; got {y.Length} for {x.Length}", nameof(y));
    }

    private static void Demand(OperatorProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!Check(program, out string reason))
            throw new PlanNotSupportedException(program.Text, reason);
    }

    private static void Demand(OperatorPlan plan, string problem)
    {
        if (problem.Length > 0)
            throw new PlanNotSupportedException(plan.Text, problem);
    }

    private static string ProblemOf(MathPath path, bool isBaseTwo = false) =>
        !MathFunctions.HasExp(path) ? $"math path {PlanNames.Of(path)} is not replayed by this version; portable, glibc, sleef, mlas, ggml16, ggml8 and ggml4 are"
        : isBaseTwo && path != MathPath.Portable ? $"no power of two of math path {PlanNames.Of(path)} is known: use exp_base=e or math=portable"
        : "";

    private static string ProblemOf(ActivationPlan plan) =>
        ProblemOf(plan.Math) is { Length: > 0 } math ? math : ProblemOf(plan.Block.Tail);

    private static string ProblemOf(RopePlan plan) => plan.Math is MathPath.Portable or MathPath.Glibc
        ? ""
        : $"math path {PlanNames.Of(plan.Math)} has no sine and cosine that is replayed by this version; portable and glibc have";

    private static string ProblemOf(ReductionProgram program) => program.Epilogue.Any(step => step.Kind == EpilogueKind.Scale)
        ? "a scale step needs a factor, which decoder operators do not have"
        : ProblemOf(program.Root, program);

    private static string ProblemOf(ReductionChain? chain, ReductionProgram program)
    {
        foreach (ReductionItem item in chain?.Items ?? [])
        {
            string problem = item switch
            {
                ReductionChain inner => ProblemOf(inner, program),
                ReductionSegment { Step.Kind: StepKind.Dp4a } => "integer accumulation needs quantised operands with scales, which this version does not replay",
                ReductionSegment { Step.Kind: StepKind.Dot } when !IsMatrixUnitOperand(program.OperandA) || !IsMatrixUnitOperand(program.OperandB) =>
                    "a matrix unit multiplies tf32, bf16, fp16 or fp8 operands; set operand",
                _ => "",
            };
            if (problem.Length > 0)
                return problem;
        }

        return "";
    }

    private static bool IsMatrixUnitOperand(NumericFormat format) =>
        format is NumericFormat.Tf32 or NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2;
}
