using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The plan of a matrix product of weights in a block format with activations that the kernel quantises to q8_0: integer sums of groups, scaled and added in binary32.
/// <see cref="QuantizedGemmProgram"/> states the arithmetic.
/// </summary>
public sealed record QuantizedGemmPlan : OperatorPlan
{
    /// <summary>Format of the weights; default q8_0.</summary>
    public BlockFormat Weights { get; init; } = BlockFormat.Q8Type0;

    /// <summary>Quantiser of the activations; default reciprocal.</summary>
    public ActivationQuantizer Quantizer { get; init; } = ActivationQuantizer.Reciprocal;

    /// <summary>Successive products of one exact integer sum, a divisor of 32; default 32, a whole block.</summary>
    public int Group
    {
        get;
        init => field = value is >= 1 and <= BlockFormats.BlockLength && BlockFormats.BlockLength % value == 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"group is a divisor of {BlockFormats.BlockLength}");
    } = BlockFormats.BlockLength;

    /// <summary>The two factors of a group; default the product of the scales, and the integer sum.</summary>
    public ScaleFactors Factors { get; init; } = ScaleFactors.Scales;

    /// <summary>How a group enters its accumulator: <c>fma</c> (default) or <c>muladd</c>.</summary>
    public ReductionStep Step { get; init; } = ReductionStep.Fma;

    /// <summary>Whether accumulators start at +0.0 rather than with their first group; default false.</summary>
    public bool StartsAtZero { get; init; }

    /// <summary>How the groups of a row are spread over lanes; default one lane.</summary>
    public LaneTree Lanes { get; init; } = LaneTree.Sequential;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new PlanTextWriter("quantized_gemm")
                .Add("weights", BlockFormats.NameOf(Weights), BlockFormats.NameOf(BlockFormat.Q8Type0))
                .Add("quantizer", Quantizer, ActivationQuantizer.Reciprocal)
                .Add("group", Group, BlockFormats.BlockLength)
                .Add("factors", Factors, ScaleFactors.Scales)
                .Add("step", Step, ReductionStep.Fma)
                .Add("start", StartsAtZero ? "zero" : "first", "first");
            Lanes.Write(writer, "");
            return writer.ToString();
        }
    }

    /// <summary>Lowers for K terms; M and N do not change bits.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        if (shape.Depth % BlockFormats.BlockLength != 0 || shape.Depth == 0)
            throw new PlanNotSupportedException(Text, $"rows of {BlockFormats.NameOf(Weights)} are whole blocks: K is a multiple of {BlockFormats.BlockLength} above 0; got {shape.Depth}");
        if (shape.HasBias)
            throw new PlanNotSupportedException(Text, "a quantised product adds no bias; add it as an operator of its own");
        if (Step != ReductionStep.Fma && Step != ReductionStep.MulAdd)
            throw new PlanNotSupportedException(Text, $"a group enters its accumulator by fma or muladd; got {Step}");
        var groups = new GemmPlan { Step = Step, StartsAtZero = StartsAtZero, Lanes = Lanes };
        int count = shape.Depth / Group;
        var program = new ReductionProgram(count, GemmLowering.Slices(groups, new IndexRange(0, count)), NumericFormat.Fp32, NumericFormat.Fp32);
        return new QuantizedGemmProgram(shape.Depth, Weights, Quantizer, Group, Factors, program);
    }

    internal static QuantizedGemmPlan Read(PlanFieldReader reader)
    {
        BlockFormat weights = BlockFormats.TryParse(reader.Text("weights", "q8_0"), out BlockFormat format) ? format : throw reader.Bad("weights", "q8_0 or q4_0");
        ActivationQuantizer quantizer = reader.Enum("quantizer", ActivationQuantizer.Reciprocal);
        int group = reader.Integer("group", BlockFormats.BlockLength);
        ScaleFactors factors = reader.Enum("factors", ScaleFactors.Scales);
        ReductionStep step = reader.Step("step", ReductionStep.Fma);
        bool zero = reader.OneOf("start", "first", "zero");
        LaneTree lanes = LaneTree.Read(reader, "");
        return reader.Finish(() => new QuantizedGemmPlan
        {
            Weights = weights, Quantizer = quantizer, Group = group, Factors = factors, Step = step, StartsAtZero = zero, Lanes = lanes,
        });
    }
}
