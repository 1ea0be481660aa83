using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Writes request rows.</summary>
internal sealed class RequestWriter : IDisposable
{
    private const string Count = "(SELECT count(*) FROM steps s WHERE s.request_key = requests.request_key)";
    private readonly RawStatement _insertModel;
    private readonly RawStatement _findModel;
    private readonly RawStatement _insertRequest;
    private readonly RawStatement _lastKey;
    private readonly RawStatement _finish;
    private readonly RawStatement _count;
    private ModelIdentity? _lastModel;
    private long _lastModelId;

    public RequestWriter(SqliteConnection connection)
    {
        _insertModel = new(connection, "INSERT INTO models (identity) VALUES (?) ON CONFLICT DO NOTHING");
        _findModel = new(connection, "SELECT model_id FROM models WHERE identity = ?");
        _insertRequest = new(connection, """
            INSERT INTO requests (request_id, schema_version, recorded_at, completed_at, finish_reason, replica, dropped_steps, model_id, x, token_hash, extra, own_step_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING
            """);
        _lastKey = new(connection, "SELECT last_insert_rowid()");
        _finish = new(connection, $"UPDATE requests SET completed_at = ?1, finish_reason = ?2, dropped_steps = ?3, own_step_count = iif(?1 IS NULL, NULL, {Count}) WHERE request_key = ?4");
        _count = new(connection, $"UPDATE requests SET own_step_count = {Count} WHERE request_key = ?");
    }

    /// <summary>Inserts a request (its steps apart); null when the id is taken.</summary>
    /// <param name="contract">The request.</param>
    /// <param name="stepCount">How many steps will be inserted for it; null when that is not known yet.</param>
    /// <returns>Its key.</returns>
    public long? Insert(ExecutionContract contract, long? stepCount = null)
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
            .Add(stepCount)
            .Run();
        return inserted == 0 ? null : _lastKey.RunScalar();
    }

    /// <summary>Keeps how many steps the request has; to be called again when it gets more.</summary>
    public void CountSteps(long requestKey) => _count.Add(requestKey).Run();

    /// <summary>Updates what is known at the end only. Counts the steps when the request is complete.</summary>
    public void Finish(long requestKey, DateTimeOffset? completedAt, string? finishReason, long droppedSteps) =>
        _finish.Add(StoreTime.Format(completedAt)).Add(finishReason).Add(droppedSteps == 0 ? null : droppedSteps).Add(requestKey).Run();

    public void Dispose()
    {
        _insertModel.Dispose();
        _findModel.Dispose();
        _insertRequest.Dispose();
        _lastKey.Dispose();
        _finish.Dispose();
        _count.Dispose();
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
