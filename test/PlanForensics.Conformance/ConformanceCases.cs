using System.Collections.Immutable;
using CsCheck;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Conformance;

/// <summary>Random operators with shapes and inputs: the suite that every engine passes.</summary>
public static class ConformanceCases
{
    private static readonly NumericFormat[] Narrow =
        [NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Tf32, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2];

    private static readonly NumericFormat[] Accumulators = [NumericFormat.Fp32, NumericFormat.Fp32, NumericFormat.Fp64, NumericFormat.Bf16, NumericFormat.Fp16];

    private static readonly Gen<int> Rows = OneOf(0, 1, 1, 2, 3, 5, 8, 12, 13, 17, 33);
    private static readonly Gen<int> Columns = OneOf(0, 1, 7, 31, 32, 33, 65, 130);
    private static readonly Gen<int> Depths = Gen.Frequency((1, Gen.Const(0)), (4, Gen.Int[1, 40]), (2, OneOf(63, 64, 65, 127, 255, 300)));
    private static readonly Gen<int> Kinds = Gen.Int[0, ConformanceValues.Kinds - 1];
    private static readonly Gen<NumericFormat> Formats = OneOf(Narrow);

    private static readonly Gen<LaneTree> Lanes = Gen.Select(
        OneOf(1, 1, 2, 4, 5, 8, 32), OneOf(1, 1, 2, 4), OneOf(0, 2, 4), Merges(), Merges(),
        (lanes, vector, warp, merge, block) => new LaneTree
        {
            Lanes = lanes, Vector = vector, Warp = warp, Merge = merge, BlockMerge = block, ShortForward = warp % 2 == 1,
            Order = (lanes + vector + warp) % 5 == 0 ? (LaneOrder)(lanes % 4) : LaneOrder.Spread, Accumulators = vector,
        });

    private static readonly Gen<ReductionStep> Steps = OneOf(
        ReductionStep.Fma, ReductionStep.Fma, ReductionStep.MulAdd, ReductionStep.Add, ReductionStep.Bf16Pair, ReductionStep.MulAddProduct(NumericFormat.Fp32));

    private static readonly Gen<GemmPlan> Simple = Gen.Select(
        Steps, Formats, OneOf(Accumulators), Formats, Lanes, OneOf(0, 0, 3, 16), Gen.Bool,
        (step, operand, accumulator, output, lanes, block, zero) =>
            new GemmPlan { Step = step, Operand = operand, Accumulator = accumulator, Output = output, Lanes = lanes, BlockK = block, StartsAtZero = zero });

    /// <summary>Every field of a plan but the matrix-unit step.</summary>
    public static Gen<GemmPlan> GemmPlans { get; } = Gen.Select(
        Simple, OneOf(1, 1, 2, 3, 5), OneOf(1, 4, 16), OneOf(MergeOrder.Forward, MergeOrder.Butterfly, MergeOrder.Neighbours, MergeOrder.Atomic),
        Gen.Select(Formats, OneOf(Accumulators), Gen.Int[1, 9]), Gen.Select(OneOf(1, 1, 2, 4), OneOf(0, 8, 32)),
        Gen.Select(OneOf(Residue.Last, Residue.First), OneOf(BiasPlacement.Fused, BiasPlacement.Separate)),
        (plan, split, grain, merge, workspace, slices, ends) => plan with
        {
            SplitK = split, SplitGrain = grain, Merge = merge, AtomicOrder = merge == MergeOrder.Atomic ? AtomicOrder.Seeded(workspace.Item3) : AtomicOrder.InOrder,
            Staging = workspace.Item1, MergeAccumulator = workspace.Item2, SliceK = slices.Item2 == 0 ? 1 : slices.Item1, Tile = new TileShape(64, 64, slices.Item2),
            Residue = slices.Item2 == 0 ? Residue.Last : ends.Item1, Bias = ends.Item2,
        });

    /// <summary>Plans that multiply on a matrix unit.</summary>
    public static Gen<GemmPlan> MatrixUnitPlans { get; } = Gen.Select(
        OneOf(1, 3, 4, 8, 16, 32, 64), OneOf(10, 13, 23, 24, 25, 26, 40), OneOf(DotRounding.TowardZeroFp32, DotRounding.TowardZeroE8M13, DotRounding.NearestEvenFp16),
        OneOf(NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2), OneOf((1, 0), (2, 0), (1, 16)),
        Gen.Select(Formats, OneOf<int?>(null, null, -200, -3)),
        (length, bits, rounding, operand, cut, ends) => new GemmPlan
        {
            Step = ReductionStep.Dot(length, bits, rounding, ends.Item2), Operand = operand, SplitK = cut.Item1, BlockK = cut.Item2, Output = ends.Item1,
            Accumulator = rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32,
        });

    /// <summary>Matrix products under uniform plans.</summary>
    public static Gen<ConformanceCase?> Gemms { get; } = Gen.Select(GemmPlans, Shapes(Rows, Columns, Depths), Kinds, Gen.Int[0, 1 << 20], (plan, shape, kind, seed) => Gemm(plan, shape, kind, seed));

    /// <summary>Small matrix products on a matrix unit.</summary>
    public static Gen<ConformanceCase?> MatrixUnitGemms { get; } = Gen.Select(
        MatrixUnitPlans, Shapes(OneOf(1, 2, 5), OneOf(1, 3, 33), Gen.Int[1, 70]), Kinds, Gen.Int[0, 1 << 20], (plan, shape, kind, seed) => Gemm(plan, shape, kind, seed));

    /// <summary>Matrix products whose plan differs inside the output.</summary>
    public static Gen<ConformanceCase?> MappedGemms { get; } = Gen.Select(
        Gen.Select(GemmPlans, GemmPlans, GemmPlans), Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 40], Gen.Int[0, 40]),
        Shapes(OneOf(1, 3, 12, 17), OneOf(7, 33, 65), Depths), Kinds, Gen.Int[0, 1 << 20],
        (plans, cuts, shape, kind, seed) => Gemm(
            new PlanMap(
            [
                new PlanMapRegion((cuts.Item1, cuts.Item1 + cuts.Item2), (cuts.Item3, cuts.Item3 + cuts.Item4), plans.Item1),
                new PlanMapRegion(null, (cuts.Item4, cuts.Item4 + 9), plans.Item2),
                new PlanMapRegion(null, null, plans.Item3 with { Bias = plans.Item1.Bias }),
            ]),
            shape, kind, seed));

    /// <summary>Matrix products by programs of random nesting, strides and formats, which no plan need lower to.</summary>
    public static Gen<ConformanceCase?> RandomPrograms { get; } = Gen.Select(
        Gen.Int[0, 1 << 28], Shapes(OneOf(1, 2, 5, 13), OneOf(1, 31, 40, 130), Gen.Int[1, 60]), Kinds,
        (seed, shape, kind) => Gemm(GemmProgram.Whole(shape, RandomProgram.Create(seed, shape)), shape, kind, seed));

    /// <summary>Norms of both kinds.</summary>
    public static Gen<ConformanceCase?> Norms { get; } = Gen.Select(
        Gen.Select(
            OneOf(ReductionStep.MulAdd, ReductionStep.Fma), OneOf(NumericFormat.Fp32, NumericFormat.Fp64), Lanes,
            OneOf(NormFormula.TwoPass, NormFormula.Moments, NormFormula.Welford), OneOf(Division.Divide, Division.Reciprocal),
            OneOf(InverseRoot.SqrtDivide, InverseRoot.Rsqrt), OneOf(NormCast.AfterWeight, NormCast.BeforeWeight), Formats,
            (step, accumulator, threads, formula, mean, root, cast, output) => new NormPlan
            {
                Step = step, Accumulator = accumulator, Threads = threads, Formula = formula, Mean = mean, InverseRoot = root, Cast = cast, Output = output,
            }),
        OneOf(1, 2, 5, 15, 16, 17, 37), OneOf(1, 3, 16, 64, 100), Kinds, Gen.Int[0, 1 << 20], Gen.Bool,
        Norm);

    /// <summary>Attention of every family.</summary>
    public static Gen<ConformanceCase?> Attentions { get; } = Gen.Select(
        Gen.Select(
            OneOf(AttentionAlgorithm.Naive, AttentionAlgorithm.Online, AttentionAlgorithm.SplitKv), OneOf(1, 7, 16, 64), OneOf(1, 2, 3), OneOf(0, 0, 20),
            Simple, Simple, Lanes,
            (algorithm, block, splits, partition, scores, values, sum) => new AttentionPlan
            {
                Algorithm = algorithm, KvBlock = block, Splits = algorithm == AttentionAlgorithm.SplitKv ? splits : 1, Sum = sum,
                Partition = algorithm == AttentionAlgorithm.SplitKv ? partition : 0, Scores = Product(scores), Values = Product(values),
            }),
        Gen.Select(
            Gen.Bool, Gen.Bool, Formats, Gen.Bool, OneOf(Division.Divide, Division.Reciprocal), OneOf(ReductionStep.MulAdd, ReductionStep.Fma), Formats,
            (query, two, probabilities, normalize, divide, rescale, output) => new AttentionPlan
            {
                ScaleQuery = query, BaseTwo = two, Math = two ? MathPath.Portable : (MathPath)((int)output % (int)MathPath.CudaApprox), Probabilities = probabilities, NormalizeProbabilities = normalize, Divide = divide, Rescale = rescale, Output = output,
            }),
        Gen.Select(OneOf(1, 2, 3), OneOf(1, 2, 4, 7), OneOf(1, 8, 16, 48, 64), OneOf(1, 5, 33, 64, 70, 130)), Kinds, Gen.Int[0, 1 << 20],
        (blocks, ends, shape, kind, seed) => Attention(
            ends with
            {
                Algorithm = blocks.Algorithm, KvBlock = blocks.KvBlock, Splits = blocks.Splits, Partition = blocks.Partition,
                Scores = blocks.Scores, Values = blocks.Values, Sum = blocks.Sum,
            },
            shape, kind, seed));

    /// <summary>Rotations, activations and additions.</summary>
    public static Gen<ConformanceCase?> Elementwise { get; } = Gen.Select(
        Gen.Int[0, 4], Gen.Select(Formats, Formats), Gen.Bool, Gen.Bool, OneOf(1, 3, 16, 37, 600), Kinds, Gen.Int[0, 1 << 20], ElementwiseCase);

    public static ConformanceCase? Gemm(OperatorPlan plan, OperatorShape shape, int kind, int seed)
    {
        try
        {
            return Gemm((GemmProgram)plan.Lower(shape), shape, kind, seed);
        }
        catch (Exception exception) when (exception is PlanNotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    private static ConformanceCase? Gemm(GemmProgram program, OperatorShape shape, int kind, int seed)
    {
        if (program.Regions.Length == 0)
            return null;
        float[] a = ConformanceValues.Create(kind, seed, shape.Rows * shape.Depth);
        WeightMatrix weights = Weights(shape, ConformanceValues.Create(kind == 2 ? 0 : kind, seed + 1, shape.Columns * shape.Depth), isBf16: seed % 3 == 0);
        float[] bias = shape.HasBias ? ConformanceValues.Create(kind, seed + 2, shape.Columns) : [];
        return new ConformanceCase($"{program.Text} shape {shape} values {kind}:{seed}", kernels =>
        {
            float[] c = new float[shape.Rows * shape.Columns];
            kernels.Gemm(program, a, weights, bias, c);
            return c;
        });
    }

    private static WeightMatrix Weights(OperatorShape shape, float[] values, bool isBf16)
    {
        if (!isBf16)
            return new WeightMatrix(shape.Columns, shape.Depth, values);
        Rounding.RoundInPlace(values, NumericFormat.Bf16);
        return WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, values, shape.Columns, shape.Depth));
    }

    public static ConformanceCase? Norm(NormPlan plan, int rows, int width, int kind, int seed, bool layer)
    {
        if (plan.Formula == NormFormula.Welford)
            plan = plan with { Threads = LaneTree.Sequential };
        var program = (NormProgram)plan.Lower(new OperatorShape(rows, 1, width));
        float[] x = ConformanceValues.Create(kind, seed, rows * width);
        float[] weight = ConformanceValues.Create(0, seed + 1, width);
        float[] bias = ConformanceValues.Create(0, seed + 2, width);
        return new ConformanceCase($"{(layer ? "layer" : "rms")} {program.Text} rows {rows} values {kind}:{seed}", kernels =>
        {
            float[] y = (float[])x.Clone();
            if (layer)
                kernels.LayerNorm(program, 1e-5f, y, weight, bias, y);
            else
                kernels.RmsNorm(program, 1e-5f, y, weight, y);
            return y;
        });
    }

    public static ConformanceCase? Attention(AttentionPlan plan, (int KeyHeads, int Group, int Dimension, int Keys) shape, int kind, int seed)
    {
        AttentionProgram program;
        try
        {
            program = (AttentionProgram)plan.Lower(new OperatorShape(1, shape.Keys, shape.Dimension));
        }
        catch (Exception exception) when (exception is PlanNotSupportedException or ArgumentException)
        {
            return null;
        }

        var cache = new KeyValueCache(shape.KeyHeads, shape.Dimension, 1 + (seed % 40));
        int width = shape.KeyHeads * shape.Dimension;
        for (int position = 0; position < shape.Keys + (seed % 3); position++)
            cache.Append(ConformanceValues.Create(kind, seed + (2 * position), width), ConformanceValues.Create(kind, seed + (2 * position) + 1, width));
        float[] query = ConformanceValues.Create(kind == 2 ? 0 : kind, seed - 1, width * shape.Group);
        return new ConformanceCase($"{program.Text} shape {shape} values {kind}:{seed}", kernels =>
        {
            float[] output = new float[query.Length];
            kernels.Attention(program, query, cache, output);
            return output;
        });
    }

    private static ConformanceCase? ElementwiseCase(int which, (NumericFormat First, NumericFormat Second) formats, bool flag, bool other, int length, int kind, int seed)
    {
        float[] x = ConformanceValues.Create(kind, seed, length);
        float[] z = ConformanceValues.Create(kind, seed + 1, length);
        var activation = new ActivationPlan
        {
            Math = (MathPath)(seed % (int)MathPath.CudaApprox), Form = flag ? ActivationForm.Sigmoid : ActivationForm.Divide, Steps = other ? formats.First : NumericFormat.Fp32,
            Gelu = (GeluForm)(seed % 3), Intermediate = formats.First, Output = formats.Second,
        };
        var rope = new RopePlan { Step = flag ? ReductionStep.Fma : ReductionStep.MulAdd, Product = flag ? NumericFormat.Fp32 : formats.First, Output = formats.Second };
        float[] heads = ConformanceValues.Create(kind, seed + 2, 6 * length);
        return which switch
        {
            0 => Into($"silu {activation}", length, (kernels, y) => kernels.SiluMultiply(activation, x, z, y)),
            1 => Into($"gelu {activation}", length, (kernels, y) => kernels.GeluTanh(activation, x, y)),
            2 => Into($"add {formats.First}", length, (kernels, y) => kernels.Add(new ResidualPlan { Output = formats.First }, x, z, y)),
            _ => Into($"{rope} interleaved {other}", 6 * length, (kernels, y) =>
            {
                heads.CopyTo(y, 0);
                kernels.Rope(rope, other, x, z, y);
            }),
        };

        ConformanceCase Into(string text, int count, Action<IOperatorKernels, float[]> run) => new($"{text} length {length} values {kind}:{seed}", kernels =>
        {
            float[] y = new float[count];
            run(kernels, y);
            return y;
        });
    }

    /// <summary>Fields that the products of an attention have.</summary>
    private static GemmPlan Product(GemmPlan plan) =>
        new() { Step = plan.Step, Accumulator = plan.Accumulator, Output = plan.Output, BlockK = plan.BlockK, StartsAtZero = plan.StartsAtZero, Lanes = plan.Lanes };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<MergeOrder> Merges() => OneOf(MergeOrder.Forward, MergeOrder.Butterfly, MergeOrder.Neighbours, MergeOrder.HalfNeighbours);

    private static Gen<OperatorShape> Shapes(Gen<int> rows, Gen<int> columns, Gen<int> depths) =>
        Gen.Select(rows, columns, depths, Gen.Bool, (m, n, k, bias) => new OperatorShape(m, n, k, bias));
}
