using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The plan of a softmax over rows, as an operator of its own. <see cref="SoftmaxProgram"/> states the arithmetic.</summary>
public sealed record SoftmaxPlan : OperatorPlan
{
    /// <summary>exp implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>Elements of a row that a scalar loop computes by another exponential; default none. Rows are counted on their own.</summary>
    public MathBlock Block
    {
        get;
        init => field = value.OverTensor ? throw new ArgumentException("a softmax counts vectorised elements over each row: math_over=row", nameof(value)) : value;
    }

    /// <summary>Lanes of the sum of exponentials; default one.</summary>
    public LaneTree Sum { get; init; } = LaneTree.Sequential;

    /// <summary>Accumulator of the sum: fp32 (default) or fp64.</summary>
    public NumericFormat Accumulator { get; init; } = NumericFormat.Fp32;

    /// <summary>How the sum divides; default division.</summary>
    public Division Divide { get; init; } = Division.Divide;

    /// <summary>Output format; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("softmax").Add("math", Math, MathPath.Portable);
            Block.Write(writer);
            writer.Add("acc", Accumulator, NumericFormat.Fp32);
            Sum.Write(writer, "");
            return writer.Add("divide", Divide, Division.Divide).Add("out", Output, NumericFormat.Fp32).ToString();
        }
    }

    /// <summary>Lowers for rows of <see cref="OperatorShape.Depth"/> values.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Row(this, shape, Accumulator);
        PlanChecks.Activation(this, "out", Output);
        return new SoftmaxProgram(this, shape.Depth);
    }

    internal static SoftmaxPlan Read(PlanFieldReader reader)
    {
        MathPath math = reader.Enum("math", MathPath.Portable);
        MathBlock block = MathBlock.Read(reader);
        NumericFormat accumulator = reader.Format("acc", NumericFormat.Fp32);
        LaneTree sum = LaneTree.Read(reader, "");
        Division divide = reader.Enum("divide", Division.Divide);
        NumericFormat output = reader.Format("out", NumericFormat.Fp32);
        return reader.Finish(() => new SoftmaxPlan { Math = math, Block = block, Accumulator = accumulator, Sum = sum, Divide = divide, Output = output });
    }
}
