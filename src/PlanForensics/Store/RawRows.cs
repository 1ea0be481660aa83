using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>Reads rows below ADO.NET: no boxing and no strings where none are wanted, since a store has millions of steps.</summary>
internal sealed class RawRows : IDisposable
{
    private const int Second = 10_000_000;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;
    private readonly byte[] _lastDay = new byte[10];
    private long _lastDayTicks = -1;

    public RawRows(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        int result = raw.sqlite3_prepare_v2(_database, sql, out _statement);
        if (result != raw.SQLITE_OK)
            throw Exception(result);
        _handle = _statement.DangerousGetHandle();
    }

    public bool Next()
    {
        int result = NativeColumns.IsUsable ? NativeColumns.Step(_handle) : raw.sqlite3_step(_statement);
        return result == raw.SQLITE_ROW || (result == raw.SQLITE_DONE ? false : throw Exception(result));
    }

    public long Long(int column) => Int64(column);

    public int Int(int column) => checked((int)Int64(column));

    /// <summary>An integer of 0 or more.</summary>
    public long? CountOrNull(int column)
    {
        long value = Int64(column);
        if (value > 0)
            return value;
        if (value < 0)
            throw new FormatException($"{raw.sqlite3_column_name(_statement, column).utf8_to_string()} is {value}, expected 0 or more");
        return IsNull(column) ? null : 0;
    }

    public int? IntOrNull(int column) => checked((int?)CountOrNull(column));

    /// <summary>A finite number of 0 or more.</summary>
    public double? SizeOrNull(int column)
    {
        double value = NativeColumns.IsUsable ? NativeColumns.Double(_handle, column) : raw.sqlite3_column_double(_statement, column);
        if (value > 0 && double.IsFinite(value))
            return value;
        if (value != 0)
            throw new FormatException(FormattableString.Invariant($"{raw.sqlite3_column_name(_statement, column).utf8_to_string()} is {value}, expected a finite number of 0 or more"));
        return IsNull(column) ? null : 0;
    }

    /// <summary>The bytes of a text, valid until the next row; empty for NULL.</summary>
    public ReadOnlySpan<byte> Utf8(int column) => NativeColumns.IsUsable ? NativeColumns.Bytes(_handle, column) : raw.sqlite3_column_blob(_statement, column);

    public string? TextOrNull(int column, TextCache? cache)
    {
        ReadOnlySpan<byte> bytes = Utf8(column);
        if (bytes.IsEmpty)
            return IsNull(column) ? null : "";
        return cache is null ? System.Text.Encoding.UTF8.GetString(bytes) : cache.TextOf(bytes);
    }

    /// <summary>A time as <see cref="StoreTime"/> writes it.</summary>
    public DateTime? TimeOrNull(int column)
    {
        ReadOnlySpan<byte> text = Utf8(column);
        if (text.IsEmpty)
            return null;
        if (text.Length != 28 || text[10] != 'T' || text[19] != '.' || text[27] != 'Z')
            throw new FormatException($"\"{System.Text.Encoding.UTF8.GetString(text)}\" is no time of the form 2026-03-01T12:00:00.0000000Z");
        if (_lastDayTicks < 0 || !text[..10].SequenceEqual(_lastDay))
        {
            _lastDayTicks = new DateTime(Number(text[..4]), Number(text[5..7]), Number(text[8..10]), 0, 0, 0, DateTimeKind.Utc).Ticks;
            text[..10].CopyTo(_lastDay);
        }

        long seconds = (Number(text[11..13]) * 60L + Number(text[14..16])) * 60 + Number(text[17..19]);
        return new DateTime(_lastDayTicks + seconds * Second + Number(text[20..27]), DateTimeKind.Utc);
    }

    public void Dispose() => _statement.Dispose();

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                throw new FormatException($"\"{System.Text.Encoding.UTF8.GetString(digits)}\" is no number in a time");
            number = number * 10 + (digit - '0');
        }

        return number;
    }

    private long Int64(int column) => NativeColumns.IsUsable ? NativeColumns.Int64(_handle, column) : raw.sqlite3_column_int64(_statement, column);

    private bool IsNull(int column) =>
        (NativeColumns.IsUsable ? NativeColumns.Type(_handle, column) : raw.sqlite3_column_type(_statement, column)) == raw.SQLITE_NULL;

    private SqliteException Exception(int result) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(_database));
}
