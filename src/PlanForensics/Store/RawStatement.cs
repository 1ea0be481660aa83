using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>
/// A prepared statement below ADO.NET: no boxing and no lookup of parameter names, since a recorder binds fifty values a step. SQLite keeps what is bound, so a parameter that has
/// its value already is left alone: from step to step most are NULL or the same.
/// </summary>
internal sealed class RawStatement : IDisposable
{
    private const int LongestKept = 256;
    private static readonly object Integer = new();
    private static readonly object Real = new();
    private static readonly object Unknown = new();
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    // What each parameter holds: null for NULL, the text itself, or what kind of number.
    private readonly (object? What, long Bits)[] _bound;
    private int _next = 1;

    public RawStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _bound = new (object?, long)[raw.sqlite3_bind_parameter_count(_statement)];
    }

    public RawStatement Add(long value)
    {
        if (Holds(Integer, value))
            return this;
        Check(raw.sqlite3_bind_int64(_statement, _next, value));
        return Bound(Integer, value);
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
        long bits = BitConverter.DoubleToInt64Bits(number);
        if (Holds(Real, bits))
            return this;
        Check(raw.sqlite3_bind_double(_statement, _next, number));
        return Bound(Real, bits);
    }

    public RawStatement Add(bool? value) => Add(value is { } truth ? (truth ? 1L : 0L) : null);

    public RawStatement Add(string? value)
    {
        if (value is null)
            return AddNull();
        if (Holds(value, 0))
            return this;
        Check(raw.sqlite3_bind_text(_statement, _next, value));
        return Bound(value.Length <= LongestKept ? value : Unknown, 0);
    }

    /// <summary>Binds a text that is not empty.</summary>
    public RawStatement AddUtf8(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_text(_statement, _next, value));
        return Bound(Unknown, 0);
    }

    /// <summary>Binds a time as <see cref="StoreTime"/> writes it.</summary>
    public RawStatement AddTime(DateTimeOffset? value)
    {
        if (value is not { } time)
            return AddNull();
        Span<byte> text = stackalloc byte[StoreTime.Length];
        StoreTime.Format(time, text);
        return AddUtf8(text);
    }

    public RawStatement AddBlob(ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, _next, 0) : raw.sqlite3_bind_blob(_statement, _next, value));
        return Bound(Unknown, 0);
    }

    public RawStatement AddNull()
    {
        if (Holds(null, 0))
            return this;
        Check(raw.sqlite3_bind_null(_statement, _next));
        return Bound(null, 0);
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

    private bool Holds(object? what, long bits)
    {
        ref (object? What, long Bits) bound = ref _bound[_next - 1];
        if (!ReferenceEquals(bound.What, what) || bound.Bits != bits)
            return false;
        _next++;
        return true;
    }

    private RawStatement Bound(object? what, long bits)
    {
        _bound[_next++ - 1] = (what, bits);
        return this;
    }

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
