namespace PlanForensics.Contracts.Telemetry;

/// <summary>Reads tables of a foreign database whose layout varies from version to version.</summary>
public interface ITableSource
{
    /// <summary>The columns of a table.</summary>
    /// <param name="table">Name of the table.</param>
    /// <returns>Their names; empty when there is no such table.</returns>
    IReadOnlyList<string> ColumnsOf(string table);

    /// <summary>The rows of a table.</summary>
    /// <param name="table">Name of a table that is there.</param>
    /// <param name="columns">Columns wanted; one that the table lacks reads as null.</param>
    /// <returns>One object for all rows, which moves on with each of them.</returns>
    IEnumerable<ITableRow> Rows(string table, IReadOnlyList<string> columns);
}
