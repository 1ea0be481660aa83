using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's MatMul (B as (K, N)) or Gemm with transB (B as (N, K)) where B comes with the request and is not packed beforehand.</summary>
/// <remarks>
/// <para>Threads: floor(M * N * K / 65536) + 1, at most as many as there are; N is cut in whole blocks of 16 columns where N is above M, else M; the first parts take what is left over. Each
/// part is an operation of its own: with one row it runs the kernel for vectors, else it takes blocks of K, one fma chain each from +0.0, added in order. A block has 128 terms, halved while half of
/// it still holds K where N is not below K, doubled while N fits half of 128 (64, 32, ...) columns where N is below K: so the block depends on the part's N.</para>
/// <para>The vector kernel (AVX): (K, N): groups of four terms, mul and add, then a group of two and one of one, each added to the running sum. (N, K): eight lanes of mul and add; lanes of each
/// half are added 0, 1, 2, 3, then the halves (outputs four at a time), in a butterfly (the next two), or in neighbours (the last one).</para>
/// <para>Source: MLAS sgemm.cpp, SgemmKernelM1Avx and SgemmKernelM1TransposeBAvx; checked on recorded results of ONNX Runtime 1.31.1, and on a live one by the tests.</para>
/// </remarks>
public sealed class GraphInputB : IGemmFamily
{
    private const int ColumnBlock = 16;
    private const long ElementsPerThread = 64 * 1024;
    private readonly bool _transposed;

    /// <summary>Creates the rule.</summary>
    /// <param name="transposed">Whether B lies as (N, K).</param>
    public GraphInputB(bool transposed) => _transposed = transposed;

    /// <inheritdoc/>
    public string Name => _transposed ? "mlas.input_b.transposed" : "mlas.input_b";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        if (key.ConstantWeights == true)
            return PlanDecision.Decline("the weights are constant");
        if (key.WeightsTransposed is { } transposed && transposed != _transposed)
            return PlanDecision.Decline(_transposed ? "the weights lie as (K, N)" : "the weights lie as (N, K)");
        long threads = Math.Min(((long)key.M * key.N * key.K / ElementsPerThread) + 1, key.Threads);
        var regions = new PlanRegions(key.M, key.N);
        int blocks = (key.N + ColumnBlock - 1) / ColumnBlock;
        int parts = (int)Math.Min(threads, key.N > key.M ? blocks : key.M);
        for (int part = 0; part < parts; part++)
        {
            (int first, int count) = Share(part, parts, key.N > key.M ? blocks : key.M);
            if (key.N > key.M)
                AddPart(regions, key, 0, key.M, first * ColumnBlock, Math.Min(count * ColumnBlock, key.N - (first * ColumnBlock)));
            else
                AddPart(regions, key, first, count, 0, key.N);
        }

        return PlanDecision.Of(regions.ToPlan());
    }

    private static (int First, int Count) Share(int part, int parts, int total)
    {
        (int each, int extra) = Math.DivRem(total, parts);
        return part < extra ? ((each + 1) * part, each + 1) : ((each * part) + extra, each);
    }

    private static int BlockOf(int n, int k)
    {
        int strideN = 128;
        int strideK = 128;
        if (n >= k)
            for (; strideK / 2 >= k && strideK > 1; strideK /= 2)
                strideN *= 2;
        else
            for (; strideN > 16 && strideN / 2 >= n; strideN /= 2)
                strideK *= 2;
        return strideK;
    }

    private static ProgramPlan VectorByGroups(int k)
    {
        var groups = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int start = 0; start < k;)
        {
            int count = k - start >= 4 ? 4 : k - start >= 2 ? 2 : 1;
            groups.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.MulAdd, start, 1, count)]));
            start += count;
        }

        return ProgramParts.Plan(k, new ReductionChain(NumericFormat.Fp32, groups.ToImmutable(), null, startsAtZero: true));
    }

    private static ProgramPlan VectorByLanes(int k, int outputs)
    {
        ReductionChain?[] lanes = ProgramParts.Lanes(ReductionStep.MulAdd, 8, 0, k);
        ReductionChain? sum = outputs switch
        {
            4 => ProgramParts.Add(InOrder(lanes[..4]), InOrder(lanes[4..])),
            2 => ProgramParts.Fold([.. lanes], 2, 4, 1),
            _ => ProgramParts.Fold([.. lanes], 1, 2, 4),
        };
        return ProgramParts.Plan(k, sum!);
    }

    private static ReductionChain? InOrder(ReductionChain?[] lanes) => lanes.Aggregate((left, right) => ProgramParts.Add(left, right));

    private void AddPart(PlanRegions regions, GemmKey key, int row, int rows, int column, int columns)
    {
        if (rows == 1 && !_transposed)
        {
            regions.Add(row, 1, column, columns, key.K % 4 == 0 ? new GemmPlan { Step = ReductionStep.MulAdd, BlockK = 4, StartsAtZero = true } : VectorByGroups(key.K));
        }
        else if (rows == 1)
        {
            AddOutputs((first, count, plan) => regions.Add(row, 1, column + first, count, plan), columns, key.K);
        }
        else if (key.N == 1 && !_transposed)
        {
            AddOutputs((first, count, plan) => regions.Add(row + first, count, 0, 1, plan), rows, key.K);
        }
        else
        {
            regions.Add(row, rows, column, columns, BlockOf(columns, key.K) is var block && block < key.K
                ? new GemmPlan { BlockK = block, StartsAtZero = true }
                : new GemmPlan { StartsAtZero = true });
        }
    }

    private static void AddOutputs(Action<int, int, OperatorPlan> add, int outputs, int k)
    {
        int fours = outputs / 4 * 4;
        int pair = (outputs - fours) / 2 * 2;
        if (fours > 0)
            add(0, fours, VectorByLanes(k, 4));
        if (pair > 0)
            add(fours, pair, VectorByLanes(k, 2));
        if (outputs > fours + pair)
            add(fours + pair, 1, VectorByLanes(k, 1));
    }
}
