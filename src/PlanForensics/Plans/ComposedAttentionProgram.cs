using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of attention composed of operators, for the <see cref="Rows"/> query rows that one sequence gives to a step and the <see cref="Keys"/> keys it then has.</summary>
/// <remarks>
/// For each head, row t (0-based, of T) and key s (0-based, of S): <c>x = Scores[t, s](q_t, k_s)</c>; <c>x = fl(x * c)</c>, c = 1 / sqrt(head_dim) in binary64, rounded to binary32 and to <see cref="Scaled"/>, as is the product.
/// With more than one row the mask follows: x + 0 where <c>s &lt;= S - T + t</c>, else x plus the lowest finite number of <see cref="Scaled"/>; rounded to it. Then in binary32
/// <c>m = max_s x</c>, <c>e_s = exp(fl(x_s - m))</c>, <c>l = Sum(e)</c> over all S, <c>p_s = fl(e_s / l)</c> (or <c>fl(e_s * fl(1 / l))</c>), rounded to <see cref="Probabilities"/>, and
/// <c>o[t, d] = Values[t, d](p_t, v_d)</c>. A masked key has probability 0 and still takes its place in both sums. A NaN score makes the row NaN.
/// Bitwise: identical on every machine.
/// </remarks>
public sealed class ComposedAttentionProgram : OperatorProgram
{
    internal ComposedAttentionProgram(ComposedAttentionPlan plan, OperatorShape shape, GemmProgram scores, GemmProgram values)
        : this(plan, shape, scores, values, SumOf(plan, shape.Columns))
    {
    }

    private ComposedAttentionProgram(ComposedAttentionPlan plan, OperatorShape shape, GemmProgram scores, GemmProgram values, ReductionProgram sum)
        : base(Print(plan, shape, scores, values, sum))
    {
        (Rows, Keys, HeadDimension, Scores, Values, Sum) = (shape.Rows, shape.Columns, shape.Depth, scores, values, sum);
        (Lanes, Math, Divide, Scaled, Probabilities) = (plan.Sum, plan.Math, plan.Divide, plan.Scaled, plan.Probabilities);
    }

    /// <summary>Query rows.</summary>
    public int Rows { get; }

    /// <summary>Keys, masked ones among them.</summary>
    public int Keys { get; }

    /// <summary>Values of a head.</summary>
    public int HeadDimension { get; }

    /// <summary>The product of query and keys: rows x keys.</summary>
    public GemmProgram Scores { get; }

    /// <summary>The product of probabilities and values: rows x head_dim.</summary>
    public GemmProgram Values { get; }

    /// <summary>The sum of a row's exponentials.</summary>
    public ReductionProgram Sum { get; }

    /// <summary>The lanes of <see cref="Sum"/>.</summary>
    public LaneTree Lanes { get; }

    /// <summary>exp implementation.</summary>
    public MathPath Math { get; }

    /// <summary>How the sum divides.</summary>
    public Division Divide { get; }

    /// <summary>Format of scores after the scale and after the mask.</summary>
    public NumericFormat Scaled { get; }

    /// <summary>Format of probabilities.</summary>
    public NumericFormat Probabilities { get; }

    /// <summary>Format of the output.</summary>
    public NumericFormat Output => Values.Regions[0].Program.Output;

    private static ReductionProgram SumOf(ComposedAttentionPlan plan, int keys) => new(
        keys, ChainMerge.Lanes([new IndexRange(0, keys)], ReductionStep.Add, plan.Sum, NumericFormat.Fp32, startsAtZero: false), NumericFormat.Fp32, NumericFormat.Fp32);

    private static string Print(ComposedAttentionPlan plan, OperatorShape shape, GemmProgram scores, GemmProgram values, ReductionProgram sum) => string.Create(
        CultureInfo.InvariantCulture,
        $"composed_attention rows={shape.Rows} keys={shape.Columns} math={PlanNames.Of(plan.Math)} divide={PlanNames.Of(plan.Divide)} scaled={NumericFormats.NameOf(plan.Scaled)} ")
        + $"p={NumericFormats.NameOf(plan.Probabilities)} scores: {scores.Text} sum: {sum.Text} values: {values.Text}";
}
