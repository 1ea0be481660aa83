using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>Reads tensors, by id or by content.</summary>
internal sealed class TensorReader(SqliteConnection connection, SqliteTransaction? transaction, bool withValues)
{
    public TensorReference Get(long tensorId, UnknownFields? unknown)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT sha256, format, shape FROM tensors WHERE tensor_id = $id";
        command.Parameters.AddWithValue("$id", tensorId);
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read())
            throw new FormatException($"tensor {tensorId} is referred to and missing");
        RowReader row = new(reader);
        TensorReference reference = new()
        {
            Sha256 = row.Text(),
            Format = row.FormatOrNull()!.Value,
            Shape = StoreJson.Parse<ValueList<int>>(row.Text())!,
            UnknownFields = unknown,
        };
        return withValues && FindBytes(reference.Sha256) is { } bytes
            ? reference.WithValue(TensorValue.FromBytes(reference.Format, new ReadOnlyMemory<byte>(bytes), reference.Shape.AsSpan()))
            : reference;
    }

    public byte[]? FindBytes(string sha256)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT data FROM blobs WHERE sha256 = $sha256";
        command.Parameters.AddWithValue("$sha256", sha256);
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read())
            return null;
        byte[] bytes = reader.GetFieldValue<byte[]>(0);
        string actual = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return actual == sha256 ? bytes : throw new FormatException($"the bytes of tensor {sha256} have SHA-256 {actual}");
    }
}
