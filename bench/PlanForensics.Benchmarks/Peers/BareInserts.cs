using System.Text;
using Microsoft.Data.Sqlite;
using PlanForensics.Store;
using SQLitePCL;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>The rows that a recorder wrote, as values in memory, and the barest way to write them: one prepared statement, values bound by type, texts encoded beforehand, nothing else.</summary>
internal sealed class BareInserts
{
    private const string Steps = "SELECT * FROM steps ORDER BY request_key, step_index, rank";
    private readonly List<object?[]> _rows = [];
    private readonly int[] _order;
    private readonly string _insert;

    /// <summary>Reads the rows of a store, and the order in which they were written: by step, then request, as the bench records them.</summary>
    public BareInserts(string path)
    {
        using SqliteConnection connection = Open(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Steps;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            object?[] row = new object?[reader.FieldCount];
            for (int column = 0; column < row.Length; column++)
                row[column] = reader.GetValue(column) switch { DBNull => null, string text => Encoding.UTF8.GetBytes(text), object value => value };
            _rows.Add(row);
        }

        _insert = $"INSERT INTO steps VALUES ({string.Join(", ", Enumerable.Repeat("?", reader.FieldCount))})";
        _order = [.. Enumerable.Range(0, _rows.Count).OrderBy(row => (long)_rows[row][1]!).ThenBy(row => (long)_rows[row][0]!)];
    }

    public int Count => _rows.Count;

    /// <summary>Writes the rows into a store that has their requests and profiles, in transactions of the given number of rows.</summary>
    public void Write(string path, int rowsOfTransaction)
    {
        using SqliteConnection connection = Open(path);
        sqlite3 database = connection.Handle!;
        foreach (string pragma in new[] { "journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "foreign_keys = ON" })
            Check(raw.sqlite3_exec(database, "PRAGMA " + pragma));
        Check(raw.sqlite3_prepare_v2(database, _insert, out sqlite3_stmt statement));
        using (statement)
        {
            for (int first = 0; first < _order.Length; first += rowsOfTransaction)
            {
                Check(raw.sqlite3_exec(database, "BEGIN IMMEDIATE"));
                for (int place = first; place < Math.Min(first + rowsOfTransaction, _order.Length); place++)
                    Insert(statement, _rows[_order[place]]);
                Check(raw.sqlite3_exec(database, "COMMIT"));
            }
        }
    }

    /// <summary>How many rows of one store the other has too, column by column.</summary>
    public static long CountEqual(string path, string other)
    {
        using SqliteConnection connection = Open(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "ATTACH $other AS other; SELECT count(*) FROM (SELECT * FROM steps INTERSECT SELECT * FROM other.steps)";
        command.Parameters.AddWithValue("$other", other);
        return (long)command.ExecuteScalar()!;
    }

    private static void Insert(sqlite3_stmt statement, object?[] row)
    {
        for (int column = 0; column < row.Length; column++)
        {
            Check(row[column] switch
            {
                null => raw.sqlite3_bind_null(statement, column + 1),
                long number => raw.sqlite3_bind_int64(statement, column + 1, number),
                double number => raw.sqlite3_bind_double(statement, column + 1, number),
                byte[] text => raw.sqlite3_bind_text(statement, column + 1, text),
                object value => throw new InvalidOperationException($"a column holds a {value.GetType()}"),
            });
        }

        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
            throw new InvalidOperationException("a row was not inserted");
        Check(raw.sqlite3_reset(statement));
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw new InvalidOperationException($"SQLite returned {result}");
    }

    private static SqliteConnection Open(string path)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
