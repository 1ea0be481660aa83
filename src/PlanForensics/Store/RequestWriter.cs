using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Writes request rows.</summary>
internal sealed class RequestWriter : IDisposable
{
    private readonly RawStatement _insertModel;
    private readonly RawStatement _findModel;
    private readonly RawStatement _insertRequest;
    private readonly RawStatement _lastKey;
    private readonly RawStatement _finish;
    private ModelIdentity? _lastModel;
    private long _lastModelId;

    public RequestWriter(SqliteConnection connection)
    {
        _insertModel = new(connection, "INSERT INTO models (identity) VALUES (?) ON CONFLICT DO NOTHING");
        _findModel = new(connection, "SELECT model_id FROM models WHERE identity = ?");
        _insertRequest = new(connection, """
            INSERT INTO requests (request_id, schema_version, recorded_at, completed_at, finish_reason, replica, dropped_steps, model_id, x, token_hash, extra)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING
            """);
        _lastKey = new(connection, "SELECT last_insert_rowid()");
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
        return inserted == 0 ? null : _lastKey.RunScalar();
    }

    public void Finish(long requestKey, DateTimeOffset? completedAt, string? finishReason, long droppedSteps) =>
        _finish.Add(StoreTime.Format(completedAt)).Add(finishReason).Add(droppedSteps == 0 ? null : droppedSteps).Add(requestKey).Run();

    public void Dispose()
    {
        _insertModel.Dispose();
        _findModel.Dispose();
        _insertRequest.Dispose();
        _lastKey.Dispose();
        _finish.Dispose();
    }

    private long ModelIdOf(ModelIdentity model)
    {
        if (model.Equals(_lastModel))
            return _lastModelId;
        string identity = StoreJson.Format(model);
        long? id = _findModel.Add(identity).RunScalar();
        if (id is null)
        {
            _insertModel.Add(identity).Run();
            id = _findModel.Add(identity).RunScalar();
        }

        (_lastModel, _lastModelId) = (model, id ?? throw new InvalidOperationException($"the model {model.Name} was inserted and is not there"));
        return _lastModelId;
    }

    /// <summary>Forgets the id of a transaction that was rolled back.</summary>
    public void Forget() => _lastModel = null;
}
