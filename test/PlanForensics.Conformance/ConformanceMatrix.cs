using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Conformance;

/// <summary>Every plan family at every corner of shape with every kind of value: the same cases on every engine and machine.</summary>
public static class ConformanceMatrix
{
    private static readonly string[] Orders =
    [
        "gemm split_k=3 merge=atomic atomic_order=2.0.1", "gemm split_k=4 merge=atomic atomic_order=seed:7 staging=fp16", "gemm split_k=5 merge=neighbours merge_acc=bf16",
        "gemm split_k=2 split_grain=16 merge_acc=fp64", "gemm slice_k=2 tile=64x64x32 residue=first", "gemm lanes=8 vector=2 warp=4 lane_merge=neighbours block_merge=butterfly step=muladd",
        "gemm lanes=8 order=cascade accumulators=4", "gemm lanes=8 order=pairwise", "gemm lanes=16 order=blocks acc=fp64 step=muladd<fp32>", "gemm step=bf16pair operand=bf16 start=zero",
        "gemm acc=bf16 operand=bf16 out=bf16", "gemm acc=fp16 operand=fp16 out=fp8e5m2", "gemm operand=fp8e4m3 out=fp8e4m3", "gemm operand=tf32 k_block=8 bias=separate out=bf16",
        "gemm step=dot<8,24,rz> operand=tf32", "gemm step=dot<16,13,rz13> operand=fp8e4m3", "gemm step=dot<4,23,rne16> operand=fp16 acc=fp16",
        "map{0..1x*: gemm lanes=4; *x0..2: gemm split_k=2 staging=bf16; *x*: gemm}",
    ];

    // An empty batch, one row, one column, one term, no term, and a K that is a multiple of nothing.
    private static readonly OperatorShape[] Products = [new(0, 5, 8), new(1, 33, 37), new(5, 1, 40), new(3, 7, 1), new(2, 3, 0), new(4, 6, 101, HasBias: true)];

    private static readonly (int Rows, int Width)[] RowShapes = [(0, 8), (1, 1), (2, 37), (3, 64), (1, 101)];

    private static readonly (int KeyHeads, int Group, int Dimension, int Keys)[] AttentionShapes = [(1, 1, 8, 1), (2, 2, 16, 33), (1, 4, 5, 70)];

    /// <summary>All cases, in a fixed order.</summary>
    public static IEnumerable<ConformanceCase> All => Gemms.Concat(Norms).Concat(Attentions);

    /// <summary>Matrix products under every named plan and every other kind of order.</summary>
    public static IEnumerable<ConformanceCase> Gemms =>
        from plan in PlanCatalog.Operators.Values.OfType<GemmPlan>().Concat(Orders.Select(OperatorPlan.Parse))
        from shape in Products
        from kind in Enumerable.Range(0, ConformanceValues.Kinds)
        let item = ConformanceCases.Gemm(plan, shape, kind, 17 + kind)
        where item is not null
        select item;

    /// <summary>Norms of both kinds under every named plan, every formula and both accumulators.</summary>
    public static IEnumerable<ConformanceCase> Norms =>
        from plan in PlanCatalog.Norms.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => entry.Value).Concat(NormPlans())
        from shape in RowShapes
        from kind in Enumerable.Range(0, ConformanceValues.Kinds)
        from layer in (bool[])[false, true]
        select ConformanceCases.Norm(plan, shape.Rows, shape.Width, kind, 29 + kind, layer)!;

    /// <summary>Attention under every named plan, and the three algorithms in binary32.</summary>
    public static IEnumerable<ConformanceCase> Attentions =>
        from plan in PlanCatalog.Attentions.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => entry.Value).Concat(AttentionPlans())
        from shape in AttentionShapes
        from kind in Enumerable.Range(0, ConformanceValues.Kinds)
        let item = ConformanceCases.Attention(plan, shape, kind, 31 + kind)
        where item is not null
        select item;

    /// <summary>Compares an engine with the reference and gives the differences, in words.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="expected">The reference.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="refused">Receives the cases that the engine refuses, with the reason.</param>
    /// <returns>How many cases were compared, and those that differ.</returns>
    public static (int Compared, IReadOnlyList<string> Differences) Compare(
        IEnumerable<ConformanceCase> cases, IOperatorKernels expected, IOperatorKernels engine, ICollection<string> refused)
    {
        int compared = 0;
        List<string> differences = [];
        foreach (ConformanceCase item in cases)
        {
            try
            {
                if (item.FirstDifference(item.Run(expected), item.Run(engine)) is { } difference)
                    differences.Add(difference);
                compared++;
            }
            catch (PlanNotSupportedException exception)
            {
                refused.Add($"{item}: {exception.Reason}");
            }
        }

        return (compared, differences);
    }

    private static IEnumerable<NormPlan> NormPlans() =>
        from formula in Enum.GetValues<NormFormula>()
        from accumulator in (NumericFormat[])[NumericFormat.Fp32, NumericFormat.Fp64]
        select new NormPlan
        {
            Formula = formula, Accumulator = accumulator, Threads = formula == NormFormula.Welford ? LaneTree.Sequential : new LaneTree { Lanes = 32, Vector = 4 },
            Mean = accumulator == NumericFormat.Fp64 ? Division.Reciprocal : Division.Divide, Output = NumericFormat.Bf16,
        };

    private static IEnumerable<AttentionPlan> AttentionPlans() =>
        from algorithm in Enum.GetValues<AttentionAlgorithm>()
        from query in (bool[])[false, true]
        select new AttentionPlan { Algorithm = algorithm, KvBlock = 16, Splits = algorithm == AttentionAlgorithm.SplitKv ? 3 : 1, ScaleQuery = query, BaseTwo = query, Rescale = query ? ReductionStep.Fma : ReductionStep.MulAdd };
}
