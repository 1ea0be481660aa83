using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>A row as the columns of a statement.</summary>
/// <param name="statement">The statement, on a row.</param>
internal readonly struct ColumnValues(sqlite3_stmt statement) : IRowValues
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public double Real(int column) => raw.sqlite3_column_double(statement, column);

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);
}
