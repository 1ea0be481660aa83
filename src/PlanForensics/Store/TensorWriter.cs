using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>Stores tensors by content: bytes once, whatever refers to them.</summary>
internal sealed class TensorWriter : IDisposable
{
    private readonly RawStatement _hasBlob;
    private readonly RawStatement _insertBlob;
    private readonly RawStatement _insertTensor;
    private readonly RawStatement _findTensor;

    public TensorWriter(SqliteConnection connection)
    {
        _hasBlob = new(connection, "SELECT 1 FROM blobs WHERE sha256 = ?");
        _insertBlob = new(connection, "INSERT INTO blobs (sha256, byte_count, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
        _insertTensor = new(connection, "INSERT INTO tensors (sha256, format, shape) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
        _findTensor = new(connection, "SELECT tensor_id FROM tensors WHERE sha256 = ? AND format = ? AND shape = ?");
    }

    public long IdOf(TensorReference reference)
    {
        string format = NumericFormats.NameOf(reference.Format);
        string shape = StoreJson.Format(reference.Shape);
        if (reference.Value is { } value && _hasBlob.Add(reference.Sha256).RunScalar() is null)
            _insertBlob.Add(reference.Sha256).Add((long)value.Bytes.Length).AddBlob(value.Bytes.Span).Run();
        if (_findTensor.Add(reference.Sha256).Add(format).Add(shape).RunScalar() is { } known)
            return known;
        _insertTensor.Add(reference.Sha256).Add(format).Add(shape).Run();
        return _findTensor.Add(reference.Sha256).Add(format).Add(shape).RunScalar()
            ?? throw new InvalidOperationException($"the tensor {reference} was inserted and is not there");
    }

    public void Dispose()
    {
        _hasBlob.Dispose();
        _insertBlob.Dispose();
        _insertTensor.Dispose();
        _findTensor.Dispose();
    }
}
