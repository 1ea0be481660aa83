using Microsoft.Data.Sqlite;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>Reads the columns of one row in order, with nulls.</summary>
internal sealed class RowReader(SqliteDataReader reader)
{
    private int _next;

    public void NextRow() => _next = 0;

    public string Text() => reader.GetString(_next++);

    public string? TextOrNull() => reader.IsDBNull(_next) ? Skip<string>() : reader.GetString(_next++);

    public long Long() => reader.GetInt64(_next++);

    public long? LongOrNull() => reader.IsDBNull(_next) ? SkipValue<long>() : reader.GetInt64(_next++);

    public int Int() => checked((int)Long());

    public int? IntOrNull() => checked((int?)LongOrNull());

    public double? RealOrNull() => reader.IsDBNull(_next) ? SkipValue<double>() : reader.GetDouble(_next++);

    public bool? BoolOrNull() => LongOrNull() is { } number ? number != 0 : null;

    public DateTimeOffset? TimeOrNull() => TextOrNull() is { } text ? StoreTime.Parse(text) : null;

    public NumericFormat? FormatOrNull() => TextOrNull() is not { } name ? null
        : NumericFormats.TryParse(name, out NumericFormat format) ? format
        : throw new FormatException($"\"{name}\" is no numeric format");

    private T? Skip<T>()
        where T : class
    {
        _next++;
        return null;
    }

    private T? SkipValue<T>()
        where T : struct
    {
        _next++;
        return null;
    }
}
