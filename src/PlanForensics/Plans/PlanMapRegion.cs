using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>One region of a <see cref="PlanMap"/>.</summary>
/// <param name="Rows">First and last row, inclusive; null for all.</param>
/// <param name="Columns">First and last column, inclusive; null for all.</param>
/// <param name="Plan">The plan of the region's elements: a <see cref="GemmPlan"/> or a <see cref="ProgramPlan"/>.</param>
public sealed record PlanMapRegion((int First, int Last)? Rows, (int First, int Last)? Columns, OperatorPlan Plan)
{
    /// <summary>First and last row, inclusive; null for all.</summary>
    public (int First, int Last)? Rows { get; init; } = Checked(Rows, nameof(Rows));

    /// <summary>First and last column, inclusive; null for all.</summary>
    public (int First, int Last)? Columns { get; init; } = Checked(Columns, nameof(Columns));

    /// <summary>The plan of the region's elements: a <see cref="GemmPlan"/> or a <see cref="ProgramPlan"/>.</summary>
    public OperatorPlan Plan { get; init; } = Checked(Plan);

    internal string Text => $"{Bound(Rows)}x{Bound(Columns)}: {Plan.Text}";

    /// <summary>Whether an element lies in the region.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="column">0-based column.</param>
    /// <returns>True when both lie inside the bounds.</returns>
    public bool Contains(int row, int column) => Inside(Rows, row) && Inside(Columns, column);

    internal static bool TryParseBounds(string text, out (int First, int Last)? rows, out (int First, int Last)? columns)
    {
        rows = columns = null;
        string[] parts = text.Split('x');
        return parts.Length == 2 && TryParseBound(parts[0], out rows) && TryParseBound(parts[1], out columns);
    }

    private static bool TryParseBound(string text, out (int First, int Last)? bound)
    {
        bound = null;
        if (text == "*")
            return true;
        string[] parts = text.Split("..");
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int last) || last < first)
            return false;
        bound = (first, last);
        return true;
    }

    private static OperatorPlan Checked(OperatorPlan plan) => plan switch
    {
        null => throw new ArgumentNullException(nameof(plan)),
        GemmPlan or ProgramPlan => plan,
        _ => throw new ArgumentException($"a map's region holds a gemm or a program; got {plan.Text}", nameof(plan)),
    };

    private static (int First, int Last)? Checked((int First, int Last)? bound, string parameter) =>
        bound is not { } limits || (limits.First >= 0 && limits.First <= limits.Last)
            ? bound
            : throw new ArgumentException($"expected 0 <= first <= last; got {limits.First}..{limits.Last}", parameter);

    private static bool Inside((int First, int Last)? bound, int index) => bound is not { } limits || (index >= limits.First && index <= limits.Last);

    private static string Bound((int First, int Last)? bound) => bound is { } limits
        ? string.Create(CultureInfo.InvariantCulture, $"{limits.First}..{limits.Last}")
        : "*";
}
