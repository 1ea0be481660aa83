using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Items that are written in one transaction, and stay pending until it is committed. Used by one thread at a time.</summary>
internal sealed class RecorderBatch : IDisposable
{
    private readonly string _path;
    private readonly ILogger _log;
    private readonly SqliteConnection _connection;
    private readonly ContractWriter _writer;
    private readonly ConcurrentQueue<RequestRecording> _unsettled;
    private readonly List<RecorderItem> _items = [];
    private readonly List<RequestRecording> _begun = [];
    private readonly List<RequestRecording> _settling = [];
    private readonly HashSet<RequestRecording> _miscounted = [];
    private ContractStoreException? _rejection;
    private long _writtenSteps;
    private long _refusedSteps;
    private long _pendingSteps;

    public RecorderBatch(string path, ContractStoreOptions options, ConcurrentQueue<RequestRecording> unsettled, ILogger log)
    {
        _path = path;
        _log = log;
        _unsettled = unsettled;
        _connection = StoreConnection.Open(path, ContractStoreMode.Create, options);
        _writer = new ContractWriter(_connection);
    }

    public int PendingItems => _items.Count;

    public long PendingSteps => Interlocked.Read(ref _pendingSteps);

    public long WrittenSteps => Interlocked.Read(ref _writtenSteps);

    public long RefusedSteps => Interlocked.Read(ref _refusedSteps);

    public void Add(in RecorderItem item)
    {
        _items.Add(item);
        if (item.IsStep)
            Interlocked.Increment(ref _pendingSteps);
    }

    /// <summary>Writes all pending items; null, or why nothing of them was written.</summary>
    public ContractStoreException? TryWrite()
    {
        while (_unsettled.TryDequeue(out RequestRecording? recording))
        {
            recording.BeginSettling();
            _settling.Add(recording);
        }

        if (_items.Count == 0 && _settling.Count == 0)
            return null;
        try
        {
            (long written, long refused) = WriteAll();
            Interlocked.Add(ref _writtenSteps, written);
            Interlocked.Add(ref _refusedSteps, refused);
            Clear();
            return null;
        }
        catch (SqliteException exception)
        {
            RollBack();
            return StoreErrors.Of(exception, _path, $"writing {PendingSteps} recorded steps", PendingSteps);
        }
#pragma warning disable CA1031 // Nothing may end the writer thread unseen: what is unforeseen becomes the fault that every caller gets.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RollBack();
            return new ContractStoreException(ContractStoreProblem.InputOutput, _path,
                $"writing {PendingSteps} recorded steps to {_path} failed: {exception.Message}; keep them with Recorder.TakeUnwritten()", exception, PendingSteps);
        }
    }

    public IReadOnlyList<ExecutionContract> TakePending()
    {
        List<ExecutionContract> contracts = [];
        foreach (IGrouping<RequestRecording, RecorderItem> request in _items.GroupBy(item => item.Recording))
        {
            contracts.Add(request.Key.Header with
            {
                CompletedAt = request.Key.CompletedAt,
                FinishReason = request.Key.FinishReason,
                DroppedSteps = request.Key.DroppedSteps is var dropped && dropped == 0 ? null : dropped,
                Steps = request.Where(item => item.IsStep).Select(item => item.ToStep()).DistinctBy(step => (step.State.StepIndex, step.State.Rank)).ToValueList(),
            });
        }

        Clear();
        return contracts;
    }

    public void Surfaced(ContractStoreException rejection) => Interlocked.CompareExchange(ref _rejection, null, rejection);

    public ContractStoreException? TakeRejection() => Interlocked.Exchange(ref _rejection, null);

    public void Dispose()
    {
        _writer.Dispose();
        _connection.Dispose();
    }

    private (long Written, long Refused) WriteAll()
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        (long written, long refused) = (0, 0);
        foreach (ref readonly RecorderItem item in CollectionsMarshal.AsSpan(_items))
        {
            bool isKnown = Ensure(item.Recording);
            if (!item.IsStep)
            {
                if (isKnown)
                    Finish(item.Recording);
            }
            else if (isKnown && Insert(item))
            {
                written++;
                if (item.Recording.IsCounted)
                    _miscounted.Add(item.Recording);
            }
            else
            {
                refused++;
            }
        }

        foreach (RequestRecording recording in _settling)
            if (Ensure(recording))
                Finish(recording);
        foreach (RequestRecording recording in _miscounted)
            _writer.Requests.CountSteps(recording.Key);
        transaction.Commit();
        return (written, refused);
    }

    private bool Ensure(RequestRecording recording)
    {
        if (recording.Key != 0)
            return true;
        if (recording.Rejection is not null)
            return false;
        if (_writer.Requests.Insert(recording.Header) is not { } key)
        {
            Reject(recording, $"the contract store {_path} has a request \"{recording.RequestId}\" already: record this one under another id");
            return false;
        }

        recording.Key = key;
        _begun.Add(recording);
        return true;
    }

    private bool Insert(in RecorderItem item)
    {
        (StepState state, StepObservation observed) = (item.ToState(), item.ToObservation());
        if (ContractRules.FindProblem(observed) is { } problem)
        {
            Reject(item.Recording, $"step {state.StepIndex} of request \"{item.Recording.RequestId}\" contradicts itself: {problem}");
            return false;
        }

        StepState? baseline = item.Observation is null && item.Sample.CommTimeMs is null ? item.State : null;
        if (_writer.Steps.Insert(item.Recording.Key, state, observed, baseline: baseline))
            return true;
        Reject(item.Recording, $"step {state.StepIndex} of rank {state.Rank} of request \"{item.Recording.RequestId}\" was recorded twice; the first was kept");
        return false;
    }

    private void Finish(RequestRecording recording)
    {
        if (recording.CompletedAt is null && recording.DroppedSteps == 0)
            return;
        _writer.Requests.Finish(recording.Key, recording.CompletedAt, recording.FinishReason, recording.DroppedSteps);
        recording.IsCounted |= recording.CompletedAt is not null;
    }

    private void Reject(RequestRecording recording, string message)
    {
        ContractStoreException rejection = new(ContractStoreProblem.Conflict, _path, message);
        recording.Reject(rejection);
        RecorderTelemetry.Refused.Add(1);
        RecorderLog.Refused(_log, message);
        Interlocked.CompareExchange(ref _rejection, rejection, null);
    }

    private void RollBack()
    {
        _writer.Forget();
        foreach (RequestRecording recording in _begun)
            recording.Key = 0;
        _begun.Clear();
    }

    private void Clear()
    {
        _items.Clear();
        _begun.Clear();
        _settling.Clear();
        _miscounted.Clear();
        Interlocked.Exchange(ref _pendingSteps, 0);
    }
}
