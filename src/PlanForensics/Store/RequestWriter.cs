using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Writes request rows.</summary>
internal sealed class RequestWriter : IDisposable
{
    private readonly RawStatement _insertModel;
    private readonly RawStatement _findModel;
    private readonly RawStatement _insertRequest;
    private readonly RawStatement _findRequest;
    private readonly RawStatement _finish;

    public RequestWriter(SqliteConnection connection)
    {
        _insertModel = new(connection, "INSERT INTO models (identity) VALUES (?) ON CONFLICT DO NOTHING");
        _findModel = new(connection, "SELECT model_id FROM models WHERE identity = ?");
        _insertRequest = new(connection, """
            INSERT INTO requests (request_id, schema_version, recorded_at, completed_at, finish_reason, replica, dropped_steps, model_id, x, token_hash, extra)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING
            """);
        _findRequest = new(connection, "SELECT request_key FROM requests WHERE request_id = ?");
        _finish = new(connection, "UPDATE requests SET completed_at = ?, finish_reason = ?, dropped_steps = ? WHERE request_key = ?");
    }

    /// <summary>Inserts a request (its steps apart); null when the id is taken.</summary>
    public long? Insert(ExecutionContract contract)
    {
        long model = ModelIdOf(contract.Model);
        int inserted = _insertRequest
            .Add(contract.RequestId)
            .Add((long)contract.SchemaVersion)
            .Add(StoreTime.Format(contract.RecordedAt))
            .Add(StoreTime.Format(contract.CompletedAt))
            .Add(contract.FinishReason)
            .Add(contract.Replica)
            .Add(contract.DroppedSteps)
            .Add(model)
            .Add(StoreJson.Format(contract.Request))
            .Add(contract.Request.TokenHash?.ToString())
            .Add(StoreJson.FormatOrNull(contract.UnknownFields))
            .Run();
        return inserted == 0 ? null : _findRequest.Add(contract.RequestId).RunScalar();
    }

    public void Finish(long requestKey, DateTimeOffset? completedAt, string? finishReason, long droppedSteps) =>
        _finish.Add(StoreTime.Format(completedAt)).Add(finishReason).Add(droppedSteps == 0 ? null : droppedSteps).Add(requestKey).Run();

    public void Dispose()
    {
        _insertModel.Dispose();
        _findModel.Dispose();
        _insertRequest.Dispose();
        _findRequest.Dispose();
        _finish.Dispose();
    }

    private long ModelIdOf(ModelIdentity model)
    {
        string identity = StoreJson.Format(model);
        if (_findModel.Add(identity).RunScalar() is { } known)
            return known;
        _insertModel.Add(identity).Run();
        return _findModel.Add(identity).RunScalar() ?? throw new InvalidOperationException($"the model {model.Name} was inserted and is not there");
    }
}
