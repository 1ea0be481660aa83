using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of an RMSNorm or LayerNorm (the model says which).</summary>
public sealed record NormPlan : OperatorPlan
{
    /// <summary>How squares enter the sum: <c>muladd</c> (default), <c>muladd&lt;fp32&gt;</c> (a square rounded to fp32 enters an fp64 sum) or <c>fma</c>.</summary>
    public ReductionStep Step { get; init; } = ReductionStep.MulAdd;

    /// <summary>Accumulator format: fp32 (default) or fp64.</summary>
    public NumericFormat Accumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>Threads and their merge; default one lane.</summary>
    public LaneTree Threads { get; init; } = LaneTree.Sequential;

    /// <summary>LayerNorm: lanes of the sum of a row, where they are not those of the squares; null (default) for the same.</summary>
    public LaneTree? RowSum { get; init; }

    /// <summary>LayerNorm: format the sum of a row is rounded to before it becomes the mean: fp32, or the accumulator's (null, default).</summary>
    public NumericFormat? RowSumStored { get; init; }

    /// <summary>Variance formula; default two-pass.</summary>
    public NormFormula Formula { get; init; } = NormFormula.TwoPass;

    /// <summary>How a sum becomes a mean; default division.</summary>
    public Division Mean { get; init; } = Division.Divide;

    /// <summary>How 1/sqrt is computed; default square root and division.</summary>
    public InverseRoot InverseRoot { get; init; } = InverseRoot.SqrtDivide;

    /// <summary>Where the result is rounded to the output format; default after the weight.</summary>
    public NormCast Cast { get; init; } = NormCast.AfterWeight;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("norm").Add("step", Step, ReductionStep.MulAdd).Add("acc", Accumulator, NumericFormat.Fp32);
            Threads.Write(writer, "");
            if (RowSum is not null)
                RowSum.Write(writer.Add("row_sum", "own", "shared"), "row_");
            return writer
                .Add("row_stored", RowSumStored is { } stored ? NumericFormats.NameOf(stored) : "acc", "acc")
                .Add("formula", Formula, NormFormula.TwoPass)
                .Add("mean", Mean, Division.Divide)
                .Add("inverse_root", InverseRoot, InverseRoot.SqrtDivide)
                .Add("cast", Cast, NormCast.AfterWeight)
                .Add("out", Output, NumericFormat.Fp32)
                .ToString();
        }
    }

    /// <summary>Lowers to the sum over a row of <see cref="OperatorShape.Depth"/> values and the formula around it.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        PlanChecks.Activation(this, "out", Output);
        if (shape.Depth < 1)
            throw new PlanNotSupportedException(Text, $"a norm needs a row of at least one value; got {shape.Depth}");
        if (Step.Kind is not (StepKind.MulAdd or StepKind.Fma) || Step.ProductFormat is not (null or NumericFormat.Fp32))
            throw new PlanNotSupportedException(Text, $"squares enter by muladd, muladd<fp32> or fma; got {Step}");
        if (Accumulator is not (NumericFormat.Fp32 or NumericFormat.Fp64))
            throw new PlanNotSupportedException(Text, $"a norm accumulates in fp32 or fp64; got {NumericFormats.NameOf(Accumulator)}");
        if (RowSumStored is not (null or NumericFormat.Fp32))
            throw new PlanNotSupportedException(Text, $"row_stored is acc or fp32; got {NumericFormats.NameOf(RowSumStored.Value)}");
        if (Formula == NormFormula.Welford && Threads.Lanes > 1)
            throw new PlanNotSupportedException(Text, "welford is lowered for one lane; merging Welford states is not replayed by this version");
        return new NormProgram(this, shape.Depth);
    }

    internal static NormPlan Read(PlanFieldReader reader)
    {
        ReductionStep step = reader.Step("step", ReductionStep.MulAdd);
        NumericFormat accumulator = reader.Format("acc", NumericFormat.Fp32);
        LaneTree threads = LaneTree.Read(reader, "");
        string own = reader.Text("row_sum", "shared");
        if (own is not ("shared" or "own"))
            throw reader.Bad("row_sum", "shared or own");
        LaneTree row = LaneTree.Read(reader, "row_");
        if (own == "shared" && row != LaneTree.Sequential)
            throw reader.Bad("row_sum", "own where row_ fields stand");
        NumericFormat? stored = reader.Text("row_stored", "acc") == "acc" ? null : reader.Format("row_stored", NumericFormat.Fp32);
        NormFormula formula = reader.Enum("formula", NormFormula.TwoPass);
        Division mean = reader.Enum("mean", Division.Divide);
        InverseRoot inverse = reader.Enum("inverse_root", InverseRoot.SqrtDivide);
        NormCast cast = reader.Enum("cast", NormCast.AfterWeight);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new NormPlan
        {
            Step = step, Accumulator = accumulator, Threads = threads, RowSum = own == "own" ? row : null, RowSumStored = stored, Formula = formula, Mean = mean, InverseRoot = inverse, Cast = cast, Output = output,
        });
    }
}
