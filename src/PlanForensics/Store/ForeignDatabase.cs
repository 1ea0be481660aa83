using Microsoft.Data.Sqlite;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Store;

/// <summary>A SQLite file of another application (an Nsight Systems export), opened for reading only: neither it nor its folder changes.</summary>
public sealed class ForeignDatabase : ITableSource, IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<string, IReadOnlyList<string>> _columns = new(StringComparer.Ordinal);

    private ForeignDatabase(string path, SqliteConnection connection, CancellationToken cancellation)
    {
        _path = path;
        _connection = connection;
        _cancellation = cancellation;
    }

    /// <summary>Rows read so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Ends the reading of rows.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ContractStoreException">The file is missing or no SQLite file.</exception>
    public static ForeignDatabase Open(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new ContractStoreException(ContractStoreProblem.NotFound, full, $"there is no file {full}; check the path");
        string uri = $"file:{Uri.EscapeDataString(full).Replace("%2F", "/", StringComparison.Ordinal)}{(File.Exists(full + "-wal") ? "" : "?immutable=1")}";
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = uri, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_schema";
            command.ExecuteScalar();
            return new ForeignDatabase(full, connection, cancellation);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Damaged(full, exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ColumnsOf(string table)
    {
        if (_columns.TryGetValue(table, out IReadOnlyList<string>? known))
            return known;
        try
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "SELECT name FROM pragma_table_info($table)";
            command.Parameters.AddWithValue("$table", table);
            using SqliteDataReader reader = command.ExecuteReader();
            List<string> names = [];
            while (reader.Read())
                names.Add(reader.GetString(0));
            _columns.Add(table, names);
            return names;
        }
        catch (SqliteException exception)
        {
            throw Damaged(_path, exception);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContractStoreException">The file is damaged.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public IEnumerable<ITableRow> Rows(string table, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        IReadOnlyList<string> there = ColumnsOf(table);
        using SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Names of the file's own schema, quoted.
        command.CommandText = $"SELECT {string.Join(", ", columns.Select(column => there.Contains(column) ? Quote(column) : "NULL"))} FROM {Quote(table)}";
#pragma warning restore CA2100
        using SqliteDataReader reader = Guard(command.ExecuteReader);
        ForeignRow row = new(reader);
        while (Guard(reader.Read))
        {
            if ((++RowCount & 1023) == 0)
                _cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _connection.Dispose();

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException exception)
        {
            throw Damaged(_path, exception);
        }
    }

    private static ContractStoreException Damaged(string path, SqliteException exception) =>
        new(ContractStoreProblem.Corrupt, path, $"{path} cannot be read as a SQLite file: {exception.Message}; export it again", exception);

    private sealed class ForeignRow(SqliteDataReader reader) : ITableRow
    {
        public long? Integer(int column) => reader.GetFieldType(column) == typeof(long) && !reader.IsDBNull(column) ? reader.GetInt64(column) : null;

        public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
