namespace PlanForensics.Plans;

/// <summary>An activation over one row, some of whose elements may be left to a library's scalar loop. Elements are computed on their own.</summary>
public sealed class ActivationRowProgram : OperatorProgram
{
    internal ActivationRowProgram(ActivationPlan plan, int vectorisedColumns, int width)
        : base(Print(plan, vectorisedColumns, width))
    {
        Vectorised = plan.Vectorised;
        Remainder = plan.Remainder;
        VectorisedColumns = vectorisedColumns;
        Width = width;
    }

    /// <summary>Values in the row.</summary>
    public int Width { get; }

    /// <summary>Columns from 0 up that follow <see cref="Vectorised"/>; the others follow <see cref="Remainder"/>.</summary>
    public int VectorisedColumns { get; }

    /// <summary>The plan of the first columns.</summary>
    public ActivationPlan Vectorised { get; }

    /// <summary>The plan of the other columns.</summary>
    public ActivationPlan Remainder { get; }

    private static string Print(ActivationPlan plan, int columns, int width) =>
        columns == width || plan.Vectorised == plan.Remainder ? plan.Vectorised.Text
        : columns == 0 ? plan.Remainder.Text
        : FormattableString.Invariant($"columns 0..{columns - 1}: {plan.Vectorised.Text} columns {columns}..: {plan.Remainder.Text}");
}
