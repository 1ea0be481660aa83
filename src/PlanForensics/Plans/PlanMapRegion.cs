namespace PlanForensics.Plans;

/// <summary>One region of a <see cref="PlanMap"/>: the elements whose row and whose column lie in it.</summary>
/// <param name="Rows">Its rows; null for all.</param>
/// <param name="Columns">Its columns; null for all.</param>
/// <param name="Plan">The plan of the region's elements: a <see cref="GemmPlan"/> or a <see cref="ProgramPlan"/>.</param>
public sealed record PlanMapRegion(IndexSet? Rows, IndexSet? Columns, OperatorPlan Plan)
{
    /// <summary>The plan of the region's elements: a <see cref="GemmPlan"/> or a <see cref="ProgramPlan"/>.</summary>
    public OperatorPlan Plan { get; init; } = Checked(Plan);

    internal string Text => $"{Rows?.Text ?? "*"}x{Columns?.Text ?? "*"}: {Plan.Text}";

    /// <summary>Whether an element lies in the region.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="column">0-based column.</param>
    /// <returns>True when both lie in it.</returns>
    public bool Contains(int row, int column) => (Rows?.Contains(row) ?? true) && (Columns?.Contains(column) ?? true);

    internal static bool TryParseBounds(string text, out IndexSet? rows, out IndexSet? columns)
    {
        rows = columns = null;
        string[] parts = text.Split('x');
        return parts.Length == 2 && TryParseBound(parts[0], out rows) && TryParseBound(parts[1], out columns);
    }

    private static bool TryParseBound(string text, out IndexSet? bound)
    {
        bound = null;
        return text == "*" || IndexSet.TryParse(text, out bound);
    }

    private static OperatorPlan Checked(OperatorPlan plan) => plan switch
    {
        null => throw new ArgumentNullException(nameof(plan)),
        GemmPlan or ProgramPlan => plan,
        _ => throw new ArgumentException($"a map's region holds a gemm or a program; got {plan.Text}", nameof(plan)),
    };
}
