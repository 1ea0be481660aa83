using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace PlanForensics.Store;

/// <summary>Checks a whole store.</summary>
internal static class StoreVerification
{
    public static IReadOnlyList<string> Run(SqliteConnection connection, SqliteTransaction transaction)
    {
        List<string> findings = [];
        foreach (string row in Query(connection, transaction, "PRAGMA integrity_check", reader => reader.GetString(0)))
            if (row != "ok")
                findings.Add($"integrity: {row}");
        findings.AddRange(Query(connection, transaction, "PRAGMA foreign_key_check",
            reader => $"foreign key: a row of {reader.GetString(0)} refers to a missing row of {reader.GetString(2)}"));
        findings.AddRange(Query(connection, transaction,
            "SELECT request_id, own_step_count, (SELECT count(*) FROM steps s WHERE s.request_key = r.request_key) AS counted FROM requests r WHERE own_step_count IS NOT counted AND own_step_count IS NOT NULL",
            reader => $"step count: request {reader.GetString(0)} says {reader.GetInt64(1)} steps and has {reader.GetInt64(2)}"));
        findings.AddRange(Query(connection, transaction, "SELECT sha256, data FROM blobs", CheckBlob).OfType<string>());
        return findings;
    }

    private static string? CheckBlob(SqliteDataReader reader)
    {
        string expected = reader.GetString(0);
        string actual = Convert.ToHexStringLower(SHA256.HashData(reader.GetFieldValue<byte[]>(1)));
        return actual == expected ? null : $"tensor: the bytes of {expected} have SHA-256 {actual}";
    }

    private static IEnumerable<T> Query<T>(SqliteConnection connection, SqliteTransaction transaction, string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The texts are constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            yield return read(reader);
    }
}
