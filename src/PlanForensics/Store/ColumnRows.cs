using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>Steps read column by column, through any SQLite library.</summary>
internal sealed class ColumnRows : StepRows
{
    private readonly sqlite3_stmt _statement;
    private readonly StepDecoder _decoder;

    public ColumnRows(SqliteConnection connection, StepQuery query, StepDecoder decoder)
        : base(connection)
    {
        _decoder = decoder;
        _statement = Prepare($"SELECT {query.Columns} {query.Source}");
    }

    public override bool Next()
    {
        if (!IsRow(raw.sqlite3_step(_statement)))
            return false;
        _decoder.Decode(new ColumnValues(_statement), ref Current);
        return true;
    }

    public override void Dispose() => _statement.Dispose();
}
