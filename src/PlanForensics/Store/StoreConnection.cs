using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PlanForensics.Store;

/// <summary>Opens the file: checks that it is a store of a known version, migrates it, sets the pragmas.</summary>
internal static class StoreConnection
{
    /// <summary>"PfCs" in the file header tells a contract store from any other SQLite file.</summary>
    public const int ApplicationId = 0x50664373;

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    public static SqliteConnection Open(string fullPath, ContractStoreMode mode, ContractStoreOptions options)
    {
        CheckFile(fullPath, mode);
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(fullPath, mode, options);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds}"));
            CheckIdentity(connection, fullPath, mode);
            if (mode != ContractStoreMode.ReadOnly)
                Prepare(connection, fullPath, options);
            Execute(connection, "PRAGMA foreign_keys = ON");
            return connection;
        }
        catch (SqliteException exception)
        {
            connection?.Dispose();
            throw StoreErrors.Of(exception, fullPath, "opening the contract store");
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public static int ReadPragma(SqliteConnection connection, string name, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The names are constants of this room.
        command.CommandText = $"PRAGMA {name}";
#pragma warning restore CA2100
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are constants of this room and numbers.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Connect(string fullPath, ContractStoreMode mode, ContractStoreOptions options)
    {
        SqliteConnection connection = new(ConnectionString(fullPath, mode, options));
        try
        {
            connection.Open();
            if (mode == ContractStoreMode.ReadOnly)
                ReadPragma(connection, "schema_version");
            return connection;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == 14 && mode == ContractStoreMode.ReadOnly && !HasLog(fullPath))
        {
            // A closed store on a read-only medium: SQLite cannot make its index of a log that does not exist, and need not.
            connection.Dispose();
            SqliteConnection immutable = new(ConnectionString($"file:{Uri.EscapeDataString(fullPath).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", mode, options));
            immutable.Open();
            return immutable;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string ConnectionString(string source, ContractStoreMode mode, ContractStoreOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = source,
        Pooling = false,
        DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)),
        Mode = mode switch
        {
            ContractStoreMode.Create => SqliteOpenMode.ReadWriteCreate,
            ContractStoreMode.ReadWrite => SqliteOpenMode.ReadWrite,
            _ => SqliteOpenMode.ReadOnly,
        },
    }.ToString();

    private static void Prepare(SqliteConnection connection, string fullPath, ContractStoreOptions options)
    {
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1)
        {
            throw new ContractStoreException(ContractStoreProblem.ReadOnly, fullPath,
                $"the contract store {fullPath} may only be read, but was opened for writing; use ContractStoreMode.ReadOnly, or make the file writable");
        }

        Execute(connection, "PRAGMA journal_mode = WAL");
        // An import is one transaction: pages that it comes back to (indices) should stay. At most 64 MiB, taken as needed.
        Execute(connection, "PRAGMA cache_size = -65536");
        Execute(connection, options.SurvivePowerLoss ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        if (options.MaxBytes is { } bytes)
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {Math.Max(1, bytes / ReadPragma(connection, "page_size"))}"));
        if (ReadPragma(connection, "user_version") < StoreMigrations.LatestVersion)
            StoreMigrations.Run(connection, ApplicationId, StoreMigrations.LatestVersion);
    }

    private static void CheckFile(string fullPath, ContractStoreMode mode)
    {
        if (Directory.Exists(fullPath))
            throw new ContractStoreException(ContractStoreProblem.NotAStore, fullPath, $"{fullPath} is a folder, expected a contract store file; give the path of the file");
        FileInfo file = new(fullPath);
        if (!file.Exists)
        {
            if (mode == ContractStoreMode.Create && Directory.Exists(file.DirectoryName))
                return;
            string what = mode == ContractStoreMode.Create ? $"the folder {file.DirectoryName} does not exist; create it first" : "there is no such file; check the path, or open with ContractStoreMode.Create";
            throw new ContractStoreException(ContractStoreProblem.NotFound, fullPath, $"cannot open the contract store {fullPath}: {what}");
        }

        CheckHeader(file, mode);
    }

    private static void CheckHeader(FileInfo file, ContractStoreMode mode)
    {
        byte[] header = new byte[100];
        int count;
        try
        {
            using FileStream stream = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            count = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ContractStoreException(ContractStoreProblem.InputOutput, file.FullName, $"cannot read {file.FullName}: {exception.Message}", exception);
        }

        if (count == 0 && mode != ContractStoreMode.ReadOnly)
            return;
        if (count < header.Length || !header.AsSpan().StartsWith(Magic))
        {
            throw new ContractStoreException(ContractStoreProblem.NotAStore, file.FullName,
                $"{file.FullName} is not a contract store: expected a SQLite file (\"SQLite format 3\"), but its {file.Length} bytes begin with "
                + $"0x{Convert.ToHexStringLower(header.AsSpan(0, Math.Min(count, 16)))}; nothing was changed");
        }

        int pageBytes = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        long expected = (long)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(28)) * pageBytes;
        if (file.Length < expected && !HasLog(file.FullName))
        {
            throw new ContractStoreException(ContractStoreProblem.Corrupt, file.FullName,
                $"the contract store {file.FullName} is cut off: its header says {expected} bytes, it has {file.Length}; restore a copy, or save what can be read with `sqlite3 FILE .recover`");
        }
    }

    private static void CheckIdentity(SqliteConnection connection, string fullPath, ContractStoreMode mode)
    {
        int application = ReadPragma(connection, "application_id");
        int version = ReadPragma(connection, "user_version");
        bool isEmpty = ReadPragma(connection, "schema_version") == 0;
        if (application != ApplicationId && !(isEmpty && application == 0 && version == 0))
        {
            throw new ContractStoreException(ContractStoreProblem.NotAStore, fullPath,
                $"{fullPath} is a SQLite file of another application: expected application_id 0x{ApplicationId:x8}, found 0x{application:x8}; nothing was changed");
        }

        if (version > StoreMigrations.LatestVersion)
        {
            throw new ContractStoreException(ContractStoreProblem.NewerSchema, fullPath,
                $"the contract store {fullPath} has schema version {version}, this PlanForensics knows up to {StoreMigrations.LatestVersion}; use a newer PlanForensics, nothing was changed");
        }

        if (mode == ContractStoreMode.ReadOnly && version < StoreMigrations.LatestVersion)
        {
            throw new ContractStoreException(ContractStoreProblem.OlderSchema, fullPath,
                $"the contract store {fullPath} has schema version {version}, reading needs {StoreMigrations.LatestVersion}; open it once with ContractStoreMode.ReadWrite to upgrade it");
        }
    }

    private static bool HasLog(string fullPath) => new FileInfo(fullPath + "-wal") is { Exists: true, Length: > 0 };
}
