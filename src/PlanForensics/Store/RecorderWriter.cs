using System.Collections.Concurrent;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>The recorder's thread: takes items from the queue, writes them in batches, keeps a batch that failed.</summary>
internal sealed class RecorderWriter : IDisposable
{
    private readonly Recorder _recorder;
    private readonly RecorderQueue _queue;
    private readonly RecorderOptions _options;
    private readonly RecorderBatch _batch;
    private readonly ManualResetEventSlim _wake = new();
    private readonly Lock _work = new();
    private readonly object _flushGate = new();
    private readonly Thread _thread;
    private volatile ContractStoreException? _fault;
    private volatile bool _stopping;
    private long _flushAsked;
    private long _flushDone;
    private long _reportedDrops;

    public RecorderWriter(Recorder recorder, RecorderQueue queue, ConcurrentQueue<RequestRecording> unsettled, RecorderOptions options)
    {
        _recorder = recorder;
        _queue = queue;
        _options = options;
        _batch = new RecorderBatch(recorder.Path, options.Store, unsettled, recorder.Observer.Log);
        _thread = new Thread(Loop) { IsBackground = true, Name = "PlanForensics recorder" };
        _thread.Start();
    }

    public ContractStoreException? Fault => _fault;

    public long WrittenSteps => _batch.WrittenSteps;

    public long RefusedSteps => _batch.RefusedSteps;

    public long UnwrittenSteps => _batch.PendingSteps + Math.Max(0, _queue.Tail - _queue.Head);

    public void Wake()
    {
        if (!_wake.IsSet)
            _wake.Set();
    }

    public void Surfaced(ContractStoreException rejection) => _batch.Surfaced(rejection);

    public void Flush()
    {
        lock (_flushGate)
        {
            long ticket = ++_flushAsked;
            _wake.Set();
            while (_flushDone < ticket)
                Monitor.Wait(_flushGate);
        }

        ThrowIfFailed();
    }

    public IReadOnlyList<ExecutionContract> TakeUnwritten()
    {
        lock (_work)
        {
            if (_fault is null)
                return [];
            TakeQueue();
            IReadOnlyList<ExecutionContract> unwritten = _batch.TakePending();
            _fault = null;
            return unwritten;
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _batch.Dispose();
        _wake.Dispose();
        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_fault is { } fault)
        {
            long steps = UnwrittenSteps;
            throw new ContractStoreException(fault.Problem, fault.Path, $"{steps} steps are not written: {fault.Message}", fault, steps);
        }

        if (_batch.TakeRejection() is { } rejection)
            throw new ContractStoreException(rejection.Problem, rejection.Path, rejection.Message, rejection);
    }

    private void Loop()
    {
        while (true)
        {
            _wake.Wait(_options.BatchInterval);
            _wake.Reset();
            bool stopping = _stopping;
            long ticket = Interlocked.Read(ref _flushAsked);
            bool mayRetry = stopping || ticket > _flushDone;
            if (_fault is null || mayRetry)
                Drain();
            ReportDrops();
            AnswerFlushes(ticket);
            if (!stopping)
                continue;
            AnswerFlushes(long.MaxValue);
            return;
        }
    }

    private void Drain()
    {
        lock (_work)
        {
            long until = _queue.Tail;
            do
            {
                while (_queue.Head < until && _batch.PendingItems < _options.BatchSteps)
                    _batch.Add(_queue.Dequeue());
                bool wasWell = _fault is null;
                _fault = _batch.TryWrite();
                if (wasWell && _fault is { } fault)
                    RecorderLog.Failed(_recorder.Observer.Log, fault, _recorder.Path);
            }
            while (_fault is null && _queue.Head < until);
            if (_fault is not null)
                TakeQueue();
        }
    }

    private void TakeQueue()
    {
        while (_queue.Head < _queue.Tail)
            _batch.Add(_queue.Dequeue());
    }

    private void ReportDrops()
    {
        long dropped = _recorder.DroppedCount;
        if (dropped == _reportedDrops)
            return;
        long news = dropped - _reportedDrops;
        _reportedDrops = dropped;
        RecorderLog.Dropped(_recorder.Observer.Log, news);
        try
        {
            _options.OnDropped?.Invoke(news);
        }
#pragma warning disable CA1031 // A callback that throws must neither end the process nor go unseen.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _fault ??= new ContractStoreException(
                ContractStoreProblem.InputOutput, _recorder.Path, $"RecorderOptions.OnDropped threw: {exception.Message}; Flush() goes on", exception);
        }
    }

    private void AnswerFlushes(long ticket)
    {
        lock (_flushGate)
        {
            _flushDone = Math.Max(_flushDone, ticket);
            Monitor.PulseAll(_flushGate);
        }
    }
}
