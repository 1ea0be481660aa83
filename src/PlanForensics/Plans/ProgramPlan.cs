namespace PlanForensics.Plans;

/// <summary>
/// A matrix product's plan that is given as the program itself: for orders that the fields of a <see cref="GemmPlan"/> do not express, such as a peeled start, a tail in
/// another arithmetic, or a tree that was probed. It holds for one K only.
/// </summary>
/// <remarks>
/// Text: <c>program{k=... a=... b=... : ...}</c>, the program in its canonical text. Where a <c>gemm</c> text expresses the same order prefer that one: it lowers at every K.
/// </remarks>
public sealed record ProgramPlan : OperatorPlan
{
    private const string Opening = "program{";

    /// <summary>Creates the plan.</summary>
    /// <param name="program">What every element of the output runs.</param>
    public ProgramPlan(ReductionProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        Program = program;
    }

    /// <summary>What every element of the output runs.</summary>
    public ReductionProgram Program { get; }

    /// <inheritdoc/>
    public override string Text => $"{Opening}{Program.Text}}}";

    /// <summary>The program for all outputs, at its own K.</summary>
    /// <inheritdoc/>
    public override OperatorProgram Lower(OperatorShape shape)
    {
        PlanChecks.Shape(this, shape);
        if (shape.Depth != Program.Depth)
            throw new PlanNotSupportedException(Text, $"the program is one of K = {Program.Depth} and the operator has K = {shape.Depth}; a program holds for its own K only");
        bool bias = Program.Epilogue.Any(step => step.Kind == EpilogueKind.Bias);
        if (bias != shape.HasBias)
            throw new PlanNotSupportedException(Text, bias ? "the program adds a bias and the operator has none" : "the operator has a bias and the program adds none");
        return GemmProgram.Whole(shape, Program);
    }

    internal static bool IsProgram(string text) => text.StartsWith(Opening, StringComparison.Ordinal);

    internal static ProgramPlan ParseProgram(string text)
    {
        if (!text.EndsWith('}'))
            throw new PlanFormatException(text, text.Length, "expected \"}\" at the end of a program");
        try
        {
            return new ProgramPlan(ReductionProgram.Parse(text[Opening.Length..^1]));
        }
        catch (PlanFormatException exception)
        {
            throw exception.Within(text, Opening.Length);
        }
    }
}
