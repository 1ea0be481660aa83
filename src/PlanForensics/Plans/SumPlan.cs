using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of the sum of each row, as an operator of its own: terms are added in the order of the lanes, in the accumulator's format, the result is rounded to the output format.</summary>
public sealed record SumPlan : OperatorPlan
{
    /// <summary>Accumulator: fp32 (default) or fp64.</summary>
    public NumericFormat Accumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>Lanes of the sum; default one.</summary>
    public LaneTree Lanes { get; init; } = LaneTree.Sequential;

    /// <summary>Whether the accumulator starts at +0.0 and the first term is added to it (the sum of nothing but -0 is then +0); default false.</summary>
    public bool StartsAtZero { get; init; }

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("sum").Add("acc", Accumulator, NumericFormat.Fp32);
            Lanes.Write(writer, "");
            return writer.Add("start", StartsAtZero ? "zero" : "first", "first").Add("out", Output, NumericFormat.Fp32).ToString();
        }
    }

    /// <summary>Lowers for rows of <see cref="OperatorShape.Depth"/> values.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Row(this, shape, Accumulator);
        PlanChecks.Activation(this, "out", Output);
        return new SumProgram(shape.Depth, SumProgram.Row(shape.Depth, Lanes, Accumulator, StartsAtZero, new EpilogueStep(EpilogueKind.Round, Output)));
    }

    internal static SumPlan Read(PlanFieldReader reader)
    {
        NumericFormat accumulator = reader.Format("acc", NumericFormat.Fp32);
        LaneTree lanes = LaneTree.Read(reader, "");
        string start = reader.Text("start", "first");
        if (start is not ("first" or "zero"))
            throw reader.Bad("start", "first or zero");
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new SumPlan { Accumulator = accumulator, Lanes = lanes, StartsAtZero = start == "zero", Output = output });
    }
}
