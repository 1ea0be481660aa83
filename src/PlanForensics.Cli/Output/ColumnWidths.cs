namespace PlanForensics.Cli.Output;

/// <summary>How wide a table's columns are: each as its cells want it where they fit, else the widest give way first, and none below its longest word.</summary>
internal static class ColumnWidths
{
    /// <summary>Letters of a word that are kept together where a text column gives way.</summary>
    private const int LongestWord = 12;

    /// <summary>Divides the width; null where the columns do not fit beside each other.</summary>
    /// <param name="columns">Cells of each column, the heading first.</param>
    /// <param name="isWhole">Whether a column's cells are never broken.</param>
    /// <param name="width">Columns of text.</param>
    /// <param name="gap">Spaces between two columns.</param>
    public static int[]? Divide(IReadOnlyList<IReadOnlyList<string>> columns, IReadOnlyList<bool> isWhole, int width, int gap)
    {
        int[] natural = [.. columns.Select(cells => cells.Max(LongestLine))];
        int[] least = [.. columns.Select((cells, column) => Math.Max(LongestWordOf(cells[0]), isWhole[column] ? cells.Skip(1).Select(LongestLine).DefaultIfEmpty(0).Max() : Math.Min(LongestWord, cells.Skip(1).Select(LongestWordOf).DefaultIfEmpty(0).Max())))];
        int room = width - (gap * (columns.Count - 1));
        if (least.Sum() > room)
            return null;
        int cap = natural.Max();
        while (natural.Select((wanted, column) => Math.Max(least[column], Math.Min(wanted, cap))).Sum() > room)
            cap--;
        return [.. natural.Select((wanted, column) => Math.Max(least[column], Math.Min(wanted, cap)))];
    }

    private static int LongestLine(string text) => text.Split('\n').Max(line => line.Length);

    private static int LongestWordOf(string text) => text.Split([' ', '\n']).Max(word => word.Length);
}
