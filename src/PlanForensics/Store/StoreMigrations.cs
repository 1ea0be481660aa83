using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace PlanForensics.Store;

/// <summary>The embedded SQL files <c>NNNN_name.sql</c>, in order; file N brings a store from version N-1 to N.</summary>
internal static class StoreMigrations
{
    public static IReadOnlyList<string> All { get; } = Load();

    public static int LatestVersion => All.Count;

    public static void Run(SqliteConnection connection, int applicationId, int upTo)
    {
        // Another process may have migrated while this one waited for the lock: the version is read again under it.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        for (int version = StoreConnection.ReadPragma(connection, "user_version", transaction); version < upTo; version++)
            Execute(connection, transaction, $"{All[version]}\nPRAGMA user_version = {version + 1};");
        Execute(connection, transaction, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {applicationId};"));
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is an embedded file and two constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string[] Load()
    {
        const string prefix = "PlanForensics.Store.Migrations.";
        Assembly assembly = typeof(StoreMigrations).Assembly;
        string[] names = [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return Array.ConvertAll(names, name =>
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
    }
}
