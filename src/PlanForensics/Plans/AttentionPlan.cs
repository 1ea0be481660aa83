using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of attention: scores, softmax and weighted values of one query row at a time. <see cref="AttentionProgram"/> states the arithmetic.</summary>
public sealed record AttentionPlan : OperatorPlan
{
    /// <summary>The algorithm; default naive.</summary>
    public AttentionAlgorithm Algorithm { get; init; } = AttentionAlgorithm.Naive;

    /// <summary>Keys in a block of an online softmax (block n covers positions n*block ..); default 64.</summary>
    public int KvBlock
    {
        get;
        init => field = InRange(value, 1, 1 << 20, "kv_block");
    } = 64;

    /// <summary>Parts of a split-KV decode, in whole blocks: blocks per part = ceil(blocks / splits); default 1.</summary>
    public int Splits
    {
        get;
        init => field = InRange(value, 1, 1024, "splits");
    } = 1;

    /// <summary>Tokens of a fixed partition (paged attention v2), used instead of <see cref="Splits"/> when above 0; default 0.</summary>
    public int Partition
    {
        get;
        init => field = InRange(value, 0, 1 << 20, "partition");
    }

    /// <summary>The sum q x k over the head dimension: step, operand, accumulator, lanes, k_block, start and out of a plan whose other fields are the defaults. Default sequential fma.</summary>
    public GemmPlan Scores
    {
        get;
        init => field = Product(value);
    } = new();

    /// <summary>The sum p x v over the keys of a block: the same fields. Default sequential fma.</summary>
    public GemmPlan Values
    {
        get;
        init => field = Product(value);
    } = new();

    /// <summary>Lanes of the sum of exponentials; default one.</summary>
    public LaneTree Sum { get; init; } = LaneTree.Sequential;

    /// <summary>Whether the query is scaled (and rounded to its format) before the scores, rather than the scores after; default after.</summary>
    public bool ScaleQuery { get; init; }

    /// <summary>Whether exponentials are 2^x with log2(e) folded into the scale; default false.</summary>
    public bool BaseTwo { get; init; }

    /// <summary>exp implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>Format probabilities are rounded to before they weight the values; default fp32.</summary>
    public NumericFormat Probabilities { get; init; } = NumericFormat.Fp32;

    /// <summary>Naive only: whether probabilities are normalised before (true) or the output after the weighted sum (false); default true.</summary>
    public bool NormalizeProbabilities { get; init; } = true;

    /// <summary>How the sum divides; default division.</summary>
    public Division Divide { get; init; } = Division.Divide;

    /// <summary>Whether rescaled running values are added by <c>muladd</c> (default) or <c>fma</c>.</summary>
    public ReductionStep Rescale { get; init; } = ReductionStep.MulAdd;

    /// <summary>What one block of keys hands to the next; default totals.</summary>
    public AttentionCarry Carry { get; init; } = AttentionCarry.Totals;

    /// <summary>How the parts of a split-KV attention are joined; default totals.</summary>
    public AttentionMerge PartMerge { get; init; } = AttentionMerge.Totals;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("attention")
                .Add("algorithm", Algorithm, AttentionAlgorithm.Naive)
                .Add("kv_block", KvBlock, 64)
                .Add("splits", Splits, 1)
                .Add("partition", Partition, 0);
            WriteProduct(writer, "qk_", Scores);
            WriteProduct(writer, "pv_", Values);
            Sum.Write(writer, "sum_");
            return writer
                .Add("scale", ScaleQuery ? "query" : "scores", "scores")
                .Add("exp_base", BaseTwo ? "2" : "e", "e")
                .Add("math", Math, MathPath.Portable)
                .Add("p", Probabilities, NumericFormat.Fp32)
                .Add("normalize", NormalizeProbabilities ? "probabilities" : "output", "probabilities")
                .Add("divide", Divide, Division.Divide)
                .Add("rescale", Rescale, ReductionStep.MulAdd)
                .Add("carry", Carry, AttentionCarry.Totals)
                .Add("part_merge", PartMerge, AttentionMerge.Totals)
                .Add("out", Output, NumericFormat.Fp32)
                .ToString();
        }
    }

    /// <summary>Lowers for one query row that sees <see cref="OperatorShape.Columns"/> keys with heads of <see cref="OperatorShape.Depth"/>.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        if (shape.Columns > ReductionLimits.LargestIndex)
            throw new PlanNotSupportedException(Text, $"a query sees at most {ReductionLimits.LargestIndex} keys; got {shape.Columns}");
        PlanChecks.Product(this, Scores, "qk_");
        PlanChecks.Operand(this, "qk_operand", Scores.Operand);
        PlanChecks.Activation(this, "qk_out", Scores.Output);
        PlanChecks.Product(this, Values, "pv_");
        PlanChecks.Operand(this, "pv_operand", Values.Operand);
        PlanChecks.Activation(this, "pv_out", Values.Output);
        PlanChecks.Activation(this, "p", Probabilities);
        PlanChecks.Activation(this, "out", Output);
        if (shape.Columns < 1 || shape.Depth < 1)
            throw new PlanNotSupportedException(Text, $"attention needs at least one key and one head dimension; got {shape.Columns} and {shape.Depth}");
        if (Rescale != ReductionStep.MulAdd && Rescale != ReductionStep.Fma)
            throw new PlanNotSupportedException(Text, $"running values are rescaled by muladd or fma; got {Rescale}");
        if (Carry == AttentionCarry.Accumulators)
            CheckCarried();
        if (PartMerge == AttentionMerge.LogSumExp && Algorithm != AttentionAlgorithm.SplitKv)
            throw new PlanNotSupportedException(Text, $"part_merge=log_sum_exp belongs to algorithm=split_kv; got algorithm={PlanNames.Of(Algorithm)}");
        if (Algorithm != AttentionAlgorithm.SplitKv && (Splits > 1 || Partition > 0))
            throw new PlanNotSupportedException(Text, $"splits and partition belong to algorithm=split_kv; got algorithm={PlanNames.Of(Algorithm)}: change it or leave them out");
        return AttentionProgram.From(this, shape.Columns, shape.Depth);
    }

    internal static AttentionPlan Read(PlanFieldReader reader)
    {
        AttentionAlgorithm algorithm = reader.Enum("algorithm", AttentionAlgorithm.Naive);
        int kvBlock = reader.Integer("kv_block", 64);
        int splits = reader.Integer("splits", 1);
        int partition = reader.Integer("partition", 0);
        GemmPlan scores = ReadProduct(reader, "qk_");
        GemmPlan values = ReadProduct(reader, "pv_");
        LaneTree sum = LaneTree.Read(reader, "sum_");
        bool scaleQuery = OneOf(reader, "scale", "scores", "query");
        bool baseTwo = OneOf(reader, "exp_base", "e", "2");
        MathPath math = reader.Enum("math", MathPath.Portable);
        NumericFormat probabilities = reader.Format("p", NumericFormat.Fp32);
        bool normalizeOutput = OneOf(reader, "normalize", "probabilities", "output");
        Division divide = reader.Enum("divide", Division.Divide);
        ReductionStep rescale = reader.Step("rescale", ReductionStep.MulAdd);
        AttentionCarry carry = reader.Enum("carry", AttentionCarry.Totals);
        AttentionMerge partMerge = reader.Enum("part_merge", AttentionMerge.Totals);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new AttentionPlan
        {
            Algorithm = algorithm, KvBlock = kvBlock, Splits = splits, Partition = partition, Scores = scores, Values = values, Sum = sum, ScaleQuery = scaleQuery,
            BaseTwo = baseTwo, Math = math, Probabilities = probabilities, NormalizeProbabilities = !normalizeOutput, Divide = divide, Rescale = rescale,
            Carry = carry, PartMerge = partMerge, Output = output,
        });
    }

    /// <summary>One accumulator an output runs through all blocks: its order is the order of the keys.</summary>
    private void CheckCarried()
    {
        GemmPlan carried = new() { Step = Values.Step, Operand = Values.Operand };
        if (Algorithm == AttentionAlgorithm.Naive || Values != carried || Values.Step.Kind == StepKind.MulAdd)
            throw new PlanNotSupportedException(
                Text, "carry=accumulators runs one fp32 accumulator an output through all blocks: it needs algorithm=online or split_kv, pv_step fma, dot or bf16pair, and of the other pv_ fields only pv_operand");
    }

    private static void WriteProduct(PlanTextWriter writer, string prefix, GemmPlan plan)
    {
        writer.Add(prefix + "step", plan.Step, ReductionStep.Fma)
            .Add(prefix + "operand", plan.Operand, NumericFormat.Fp32)
            .Add(prefix + "acc", plan.Accumulator, NumericFormat.Fp32)
            .Add(prefix + "out", plan.Output, NumericFormat.Fp32)
            .Add(prefix + "k_block", plan.BlockK, 0)
            .Add(prefix + "start", plan.StartsAtZero ? "zero" : "first", "first");
        plan.Lanes.Write(writer, prefix);
    }

    private static GemmPlan ReadProduct(PlanFieldReader reader, string prefix)
    {
        ReductionStep step = reader.Step(prefix + "step", ReductionStep.Fma);
        NumericFormat operand = reader.Format(prefix + "operand", NumericFormat.Fp32);
        NumericFormat accumulator = reader.Format(prefix + "acc", NumericFormat.Fp32);
        NumericFormat output = reader.Format(prefix + "out", NumericFormat.Fp32);
        int blockK = reader.Integer(prefix + "k_block", 0);
        bool zero = OneOf(reader, prefix + "start", "first", "zero");
        LaneTree lanes = LaneTree.Read(reader, prefix);
        return reader.Finishing(() => new GemmPlan { Step = step, Operand = operand, Accumulator = accumulator, Output = output, BlockK = blockK, StartsAtZero = zero, Lanes = lanes });
    }

    private static bool OneOf(PlanFieldReader reader, string key, string whenFalse, string whenTrue)
    {
        string value = reader.Text(key, whenFalse);
        return value == whenTrue || (value == whenFalse ? false : throw reader.Bad(key, $"{whenFalse} or {whenTrue}"));
    }

    private static GemmPlan Product(GemmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        GemmPlan kept = new() { Step = plan.Step, Operand = plan.Operand, Accumulator = plan.Accumulator, Output = plan.Output, BlockK = plan.BlockK, StartsAtZero = plan.StartsAtZero, Lanes = plan.Lanes };
        return kept == plan
            ? plan
            : throw new ArgumentException($"a product of attention has step, operand, acc, out, k_block, start and lanes; got \"{plan.Text}\": leave the other fields at their defaults", nameof(plan));
    }

    private static int InRange(int value, int low, int high, string field) => value >= low && value <= high
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{field} is {low} to {high}");
}
