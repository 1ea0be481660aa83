using System.Collections.Immutable;
using CsCheck;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Plans;

/// <summary>Random plans of every family, any value of every field.</summary>
internal static class PlanSamples
{
    public static Gen<OperatorPlan> Any { get; } = Gen.UInt.Select(static seed => Plan(new Random((int)(seed & int.MaxValue))));

    public static OperatorPlan Plan(Random random) => random.Next(19) switch
    {
        0 => new NormPlan
        {
            Step = Step(random), Accumulator = Format(random), Threads = Lanes(random), RowSum = Coin(random) ? null : Lanes(random), RowSumStored = Coin(random) ? null : Format(random), Formula = Value<NormFormula>(random), Mean = Value<Division>(random),
            InverseRoot = Value<InverseRoot>(random), Cast = Value<NormCast>(random), Output = Format(random),
        },
        1 => new RopePlan { Step = Step(random), Table = Format(random), Product = Format(random), Math = Value<MathPath>(random), Angles = Value<RopeAngles>(random), Output = Format(random) },
        2 => new AttentionPlan
        {
            Algorithm = Value<AttentionAlgorithm>(random), KvBlock = random.Next(1, 300), Splits = random.Next(1, 20), Partition = random.Next(3) * 256, Scores = Product(random),
            Values = Product(random), Sum = Lanes(random), ScaleQuery = Coin(random), BaseTwo = Coin(random), Math = Value<MathPath>(random), Probabilities = Format(random),
            NormalizeProbabilities = Coin(random), Divide = Value<Division>(random), Rescale = Step(random),
            Carry = Value<AttentionCarry>(random), PartMerge = Value<AttentionMerge>(random), Output = Format(random),
        },
        3 => new ActivationPlan
        {
            Math = Value<MathPath>(random), Block = Block(random, Coin(random)), Form = Value<ActivationForm>(random), Steps = Format(random), Gelu = Value<GeluForm>(random),
            Intermediate = Format(random), Output = Format(random),
        },
        4 => new ResidualPlan { Output = Format(random) },
        5 => new ArgmaxPlan { Tie = Value<TieRule>(random) },
        6 => AllReduce(random),
        7 => new QuantizationPlan
        {
            Dequant = Value<DequantPoint>(random), Storage = Coin(random) ? NumericFormat.Int8 : NumericFormat.Fp8E4M3, Scale = Wire(random), Group = random.Next(3) * 32, RequantCycles = random.Next(65),
        },
        8 => new PlanMap([.. Enumerable.Range(0, random.Next(4)).Select(_ => new PlanMapRegion(Bound(random), Bound(random), Coin(random) ? Gemm(random) : Program(random, 24))), new PlanMapRegion(null, null, Gemm(random))]),
        9 => Program(random, random.Next(1, 40)),
        10 => new QuantizedGemmPlan
        {
            Weights = Value<BlockFormat>(random), Quantizer = Value<ActivationQuantizer>(random), Group = 1 << random.Next(6), Factors = Value<ScaleFactors>(random), Step = Step(random),
            StartsAtZero = Coin(random), Lanes = Lanes(random),
        },
        11 => new FlashAttentionPlan
        {
            Walk = Value<FlashWalk>(random), Tile = random.Next(1, 200), Fold = 1 << random.Next(7), Chunks = random.Next(5), Accumulator = Format(random), Sum = Step(random),
            Math = Value<MathPath>(random), Scores = Coin(random) ? Gemm(random) : Program(random, 24),
        },
        12 => new SoftmaxPlan
        {
            Math = Value<MathPath>(random), Block = Block(random, false), Accumulator = Format(random), Sum = Lanes(random), Divide = Value<Division>(random), Output = Format(random),
        },
        13 => new SumPlan { Accumulator = Format(random), Lanes = Lanes(random), StartsAtZero = Coin(random), Output = Format(random) },
        14 => new LayerNormPlan
        {
            Statistics = Value<LayerNormStatistics>(random), Lanes = 4 << random.Next(3), Step = Fused(random), Scaling = Value<LayerNormScaling>(random), Apply = Fused(random),
        },
        15 => new ScaledDotProductPlan { QueryBlock = random.Next(3) * 32, KeyBlock = random.Next(1, 600), Lanes = 8 << random.Next(2), Threads = random.Next(1, 9) },
        16 => new ElementwisePlan(Value<ElementwiseFunction>(random)),
        17 => new ComposedAttentionPlan
        {
            Scores = Coin(random) ? Gemm(random) : Program(random, 24), Values = new PlanMap([new PlanMapRegion(Bound(random), Bound(random), Gemm(random)), new PlanMapRegion(null, null, Gemm(random))]),
            Sum = Lanes(random), Math = Value<MathPath>(random), Divide = Value<Division>(random), Scaled = Format(random), Probabilities = Format(random),
        },
        _ => Gemm(random),
    };

    private static ReductionStep Fused(Random random) => Coin(random) ? ReductionStep.Fma : ReductionStep.MulAdd;

    /// <summary>A program as a plan: any order that a lowering gives at K = <paramref name="depth"/>.</summary>
    public static ProgramPlan Program(Random random, int depth) =>
        new(((GemmProgram)Lowering(random, depth).Lower(new OperatorShape(1, 1, depth))).Regions[0].Program);

    public static GemmPlan Gemm(Random random) => new()
    {
        Step = Step(random), Operand = Format(random), Accumulator = Format(random), Output = Format(random), Tile = new TileShape(random.Next(257), random.Next(257), random.Next(129)),
        SplitK = random.Next(1, 10), StreamK = random.Next(2) * 132, SplitGrain = random.Next(1, 65), Merge = Value<MergeOrder>(random), AtomicOrder = Order(random), Staging = Format(random),
        MergeAccumulator = Format(random), SliceK = random.Next(1, 5), BlockK = random.Next(3) * 64, Lanes = Lanes(random), Residue = Value<Residue>(random), StartsAtZero = Coin(random),
        Bias = Value<BiasPlacement>(random), AllReduce = Coin(random) ? null : AllReduce(random),
    };

    /// <summary>Plans that lower at K = <paramref name="depth"/>: scalar steps, every cut of K.</summary>
    public static GemmPlan Lowering(Random random, int depth)
    {
        int slices = random.Next(3) switch { 0 => 1, _ => random.Next(1, 7) };
        int warps = random.Next(3) == 0 ? random.Next(1, 4) : 1;
        MergeOrder merge = Value<MergeOrder>(random);
        return new GemmPlan
        {
            Step = Coin(random) ? ReductionStep.Fma : ReductionStep.MulAdd,
            SplitK = slices,
            SplitGrain = random.Next(1, 9),
            Merge = merge,
            AtomicOrder = merge == MergeOrder.Atomic && Coin(random) ? AtomicOrder.Seeded(random.Next(100)) : AtomicOrder.InOrder,
            Staging = Coin(random) ? NumericFormat.Bf16 : NumericFormat.Fp32,
            MergeAccumulator = Coin(random) ? NumericFormat.Bf16 : NumericFormat.Fp32,
            SliceK = warps,
            Tile = new TileShape(0, 0, warps * random.Next(1, Math.Max(2, depth))),
            BlockK = random.Next(2) * random.Next(1, 9),
            Lanes = Coin(random) ? LaneTree.Sequential : Lanes(random),
            Residue = Value<Residue>(random),
            StartsAtZero = Coin(random),
        };
    }

    private static LaneTree Lanes(Random random) => new()
    {
        Lanes = random.Next(1, 9), Vector = random.Next(1, 4), Warp = random.Next(0, 5), Merge = (MergeOrder)random.Next(4), BlockMerge = (MergeOrder)random.Next(4),
        Order = random.Next(3) == 0 ? Value<LaneOrder>(random) : LaneOrder.Spread, Accumulators = random.Next(1, 5), ShortForward = Coin(random),
    };

    private static MathBlock Block(Random random, bool overTensor) => new() { Length = random.Next(3) * 16, Tail = Value<MathPath>(random), OverTensor = overTensor };

    private static GemmPlan Product(Random random) => new()
    {
        Step = Step(random), Accumulator = Format(random), Output = Format(random), BlockK = random.Next(3) * 8, StartsAtZero = Coin(random), Lanes = Lanes(random),
    };

    private static AllReducePlan AllReduce(Random random) => new() { Algorithm = Value<AllReduceAlgorithm>(random), Ranks = random.Next(2, 9), Wire = Wire(random) };

    private static AtomicOrder Order(Random random)
    {
        int[] slices = [.. Enumerable.Range(0, random.Next(1, 6))];
        random.Shuffle(slices);
        return random.Next(3) switch { 0 => AtomicOrder.InOrder, 1 => AtomicOrder.Seeded(random.Next()), _ => AtomicOrder.Explicit(slices) };
    }

    private static ReductionStep Step(Random random) => random.Next(7) switch
    {
        0 => ReductionStep.Add,
        1 => ReductionStep.MulAdd,
        2 => ReductionStep.MulAddProduct(Format(random)),
        3 => ReductionStep.Dot(random.Next(1, 65), random.Next(10, 41), Value<DotRounding>(random), Coin(random) ? null : -random.Next(201)),
        4 => ReductionStep.Bf16Pair,
        5 => ReductionStep.Dp4a,
        _ => ReductionStep.Fma,
    };

    private static IndexSet? Bound(Random random)
    {
        int first = random.Next(50);
        int last = first + random.Next(50);
        return random.Next(3) switch { 0 => null, 1 => (first, last), _ => new IndexSet((first, last), (last + 2, last + 2 + random.Next(9))) };
    }

    private static NumericFormat Wire(Random random) => (NumericFormat[])[NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16] is var formats ? formats[random.Next(3)] : default;

    private static NumericFormat Format(Random random) => Value<NumericFormat>(random);

    private static bool Coin(Random random) => random.Next(2) == 0;

    private static T Value<T>(Random random)
        where T : struct, Enum => Enum.GetValues<T>() is var values ? values[random.Next(values.Length)] : default;
}
