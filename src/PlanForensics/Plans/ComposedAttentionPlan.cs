using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The plan of attention that a library composes of whole operators: two matrix products, each with a plan of its own, and between them a scale, a mask and a softmax over the full
/// row. <see cref="ComposedAttentionProgram"/> states the arithmetic.
/// </summary>
/// <remarks>
/// <para>Text: <c>composed{attention FIELDS | SCORES | VALUES}</c>, where SCORES is the plan of <c>q k^T</c> (M = query rows, N = keys, K = head_dim) and VALUES that of <c>p v</c> (M = query rows,
/// N = head_dim, K = keys, masked ones with probability 0 among them); both are plans of a matrix product, maps included. Fields: <c>sum_lanes</c> and its fellows as in <c>attention</c>,
/// <c>math</c>, <c>divide</c>, <c>scaled</c> (format after the scale and after the mask), <c>p</c>.</para>
/// </remarks>
public sealed record ComposedAttentionPlan : OperatorPlan
{
    private const string Opening = "composed{";
    private const string Separator = " | ";

    /// <summary>The product of query and keys; default sequential fma.</summary>
    public OperatorPlan Scores { get; init => field = Product(value); } = new GemmPlan();

    /// <summary>The product of probabilities and values; default sequential fma.</summary>
    public OperatorPlan Values { get; init => field = Product(value); } = new GemmPlan();

    /// <summary>Lanes of the sum of exponentials; default one.</summary>
    public LaneTree Sum { get; init; } = LaneTree.Sequential;

    /// <summary>exp implementation; default portable.</summary>
    public MathPath Math { get; init; } = MathPath.Portable;

    /// <summary>How the sum divides; default division.</summary>
    public Division Divide { get; init; } = Division.Divide;

    /// <summary>Format of the scores after the scale, and again after the mask; default fp32.</summary>
    public NumericFormat Scaled { get; init; } = NumericFormat.Fp32;

    /// <summary>Format probabilities are rounded to before they weight the values; default fp32.</summary>
    public NumericFormat Probabilities { get; init; } = NumericFormat.Fp32;

    /// <inheritdoc/>
    public override string Text
    {
        get
        {
            PlanTextWriter writer = new("attention");
            Sum.Write(writer, "sum_");
            string fields = writer
                .Add("math", Math, MathPath.Portable)
                .Add("divide", Divide, Division.Divide)
                .Add("scaled", Scaled, NumericFormat.Fp32)
                .Add("p", Probabilities, NumericFormat.Fp32)
                .ToString();
            return $"{Opening}{fields}{Separator}{Scores.Text}{Separator}{Values.Text}}}";
        }
    }

    /// <summary>Lowers for <see cref="OperatorShape.Rows"/> query rows of one sequence, the last of them at the last of <see cref="OperatorShape.Columns"/> keys, with heads of <see cref="OperatorShape.Depth"/>.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        PlanChecks.Activation(this, "scaled", Scaled);
        PlanChecks.Activation(this, "p", Probabilities);
        if (shape.Rows < 1 || shape.Depth < 1 || shape.Columns < shape.Rows)
            throw new PlanNotSupportedException(Text, $"attention needs at least one query row and head dimension, and a key for each row; got {shape.Rows} rows, {shape.Columns} keys and head_dim {shape.Depth}");
        return new ComposedAttentionProgram(
            this, shape,
            (GemmProgram)Scores.Lower(new OperatorShape(shape.Rows, shape.Columns, shape.Depth)),
            (GemmProgram)Values.Lower(new OperatorShape(shape.Rows, shape.Depth, shape.Columns)));
    }

    internal static bool IsComposed(string text) => text.StartsWith(Opening, StringComparison.Ordinal);

    internal static ComposedAttentionPlan ParseComposed(string text)
    {
        if (!text.EndsWith('}'))
            throw new PlanFormatException(text, text.Length, "expected \"}\" at the end of a composed attention");
        string[] parts = text[Opening.Length..^1].Split(Separator);
        if (parts.Length != 3)
            throw new PlanFormatException(text, Opening.Length, "expected attention FIELDS | SCORES | VALUES");
        ComposedAttentionPlan softmax = Part(text, Opening.Length, () => ReadFields(parts[0]));
        int scores = Opening.Length + parts[0].Length + Separator.Length;
        int values = scores + parts[1].Length + Separator.Length;
        try
        {
            return softmax with { Scores = Part(text, scores, () => Parse(parts[1])), Values = Part(text, values, () => Parse(parts[2])) };
        }
        catch (ArgumentException exception)
        {
            throw PlanFormatException.Of(text, scores, exception);
        }
    }

    private static T Part<T>(string text, int position, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PlanFormatException exception)
        {
            throw exception.Within(text, position);
        }
    }

    private static ComposedAttentionPlan ReadFields(string text)
    {
        var reader = new PlanFieldReader(text);
        if (reader.Family != "attention")
            throw new PlanFormatException(text, 0, "expected attention FIELDS");
        LaneTree sum = LaneTree.Read(reader, "sum_");
        MathPath math = reader.Enum("math", MathPath.Portable);
        Division divide = reader.Enum("divide", Division.Divide);
        NumericFormat scaled = reader.Format("scaled", NumericFormat.Fp32);
        NumericFormat probabilities = reader.Format("p", NumericFormat.Fp32);
        return reader.Finish(() => new ComposedAttentionPlan { Sum = sum, Math = math, Divide = divide, Scaled = scaled, Probabilities = probabilities });
    }

    private static OperatorPlan Product(OperatorPlan plan) => plan is GemmPlan or PlanMap or ProgramPlan
        ? plan
        : throw new ArgumentException($"a product of attention is a gemm, a map or a program; got \"{plan?.Text}\"", nameof(plan));
}
