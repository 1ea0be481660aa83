using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>A prepared statement below ADO.NET: no boxing and no lookup of parameter names, since a recorder binds fifty values a step.</summary>
internal sealed class RawStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _next = 1;

    public RawStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public RawStatement Add(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, _next++, value));
        return this;
    }

    public RawStatement Add(long? value)
    {
        if (value is { } number)
            return Add(number);
        return AddNull();
    }

    public RawStatement Add(double? value)
    {
        if (value is not { } number)
            return AddNull();
        Check(raw.sqlite3_bind_double(_statement, _next++, number));
        return this;
    }

    public RawStatement Add(bool? value) => Add(value is { } truth ? (truth ? 1L : 0L) : null);

    public RawStatement Add(string? value)
    {
        if (value is null)
            return AddNull();
        Check(raw.sqlite3_bind_text(_statement, _next++, value));
        return this;
    }

    public RawStatement AddBlob(ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, _next++, 0) : raw.sqlite3_bind_blob(_statement, _next++, value));
        return this;
    }

    public RawStatement AddNull()
    {
        Check(raw.sqlite3_bind_null(_statement, _next++));
        return this;
    }

    /// <summary>Runs the statement; the number of rows it changed.</summary>
    public int Run()
    {
        int result = raw.sqlite3_step(_statement);
        Finish(result);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs the statement; the integer in its first row, or null when there is no row.</summary>
    public long? RunScalar()
    {
        int result = raw.sqlite3_step(_statement);
        long? value = result == raw.SQLITE_ROW ? raw.sqlite3_column_int64(_statement, 0) : null;
        Finish(result);
        return value;
    }

    public void Dispose() => _statement.Dispose();

    private void Finish(int result)
    {
        _next = 1;
        if (result is raw.SQLITE_DONE or raw.SQLITE_ROW)
        {
            raw.sqlite3_reset(_statement);
            return;
        }

        SqliteException exception = Exception(result);
        raw.sqlite3_reset(_statement);
        throw exception;
    }

    private void Check(int result)
    {
        if (result == raw.SQLITE_OK)
            return;
        _next = 1;
        throw Exception(result);
    }

    private SqliteException Exception(int result) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(_database));
}
