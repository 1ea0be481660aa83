using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>A query whose rows are steps, read below ADO.NET: no boxing and no strings where none are wanted, since a store has millions of steps.</summary>
internal abstract class StepRows : IDisposable
{
    private StoredStep _current;

    protected StepRows(SqliteConnection connection) => Database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");

    /// <summary>The row that <see cref="Next"/> went to.</summary>
    public ref StoredStep Current => ref _current;

    protected sqlite3 Database { get; }

    /// <summary>Opens a query.</summary>
    public static StepRows Open(SqliteConnection connection, StepQuery query, StepDecoder decoder, bool native) =>
        native ? new FunctionRows(connection, query, decoder) : new ColumnRows(connection, query, decoder);

    /// <summary>Goes to the next row; false after the last.</summary>
    public abstract bool Next();

    public abstract void Dispose();

    protected sqlite3_stmt Prepare(string sql)
    {
        int result = raw.sqlite3_prepare_v2(Database, sql, out sqlite3_stmt statement);
        return result == raw.SQLITE_OK ? statement : throw Exception(result);
    }

    protected bool IsRow(int result) => result == raw.SQLITE_ROW || (result == raw.SQLITE_DONE ? false : throw Exception(result));

    protected SqliteException Exception(int result) =>
        new(raw.sqlite3_errmsg(Database).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(Database));
}
