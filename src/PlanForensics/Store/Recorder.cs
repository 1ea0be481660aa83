using System.Collections.Concurrent;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>
/// Records steps from serving threads into a store: they put a value into a bounded queue, a thread of the recorder's own writes batches, each
/// in one transaction. After the end of the process, kill -9 included, the store holds every committed batch whole.
/// </summary>
/// <remarks>Thread-safe. A failed batch stays in memory and every later call says so, until <see cref="Flush"/> could write it.</remarks>
public sealed class Recorder : IDisposable, IAsyncDisposable
{
    private readonly RecorderOptions _options;
    private readonly RecorderQueue _queue;
    private readonly RecorderWriter _writer;
    private readonly ConcurrentQueue<RequestRecording> _unsettled = new();
    private long _dropped;
    private int _disposed;

    private Recorder(string path, RecorderOptions options)
    {
        _options = options;
        Observer = new RecorderObserver(options);
        _queue = new RecorderQueue(options.Capacity);
        Path = path;
        _writer = new RecorderWriter(this, _queue, _unsettled, options);
    }

    /// <summary>The file, as a full path.</summary>
    public string Path { get; }

    /// <summary>Steps dropped so far because the queue was full.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>Steps committed so far.</summary>
    public long WrittenCount => _writer.WrittenSteps;

    /// <summary>Steps that were refused by the store (request id taken, step twice, contradicting hashes).</summary>
    public long RefusedCount => _writer.RefusedSteps;

    /// <summary>The failure that keeps batches from being written; null when there is none.</summary>
    public ContractStoreException? Fault => _writer.Fault;

    internal RecorderObserver Observer { get; }

    internal DateTimeOffset Now => _options.Clock.GetUtcNow();

    /// <summary>Opens or creates a store and starts recording into it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to work; the policy for a full queue must be given.</param>
    /// <returns>The recorder; dispose it to flush and close.</returns>
    /// <exception cref="ContractStoreException">The store cannot be opened for writing.</exception>
    public static Recorder Start(string path, RecorderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return new Recorder(System.IO.Path.GetFullPath(path), options);
    }

    /// <summary>Begins to record a request.</summary>
    /// <param name="requestId">Its name, unique in the store.</param>
    /// <param name="model">Which weights run.</param>
    /// <param name="request">The effective request, x.</param>
    /// <param name="replica">The replica that serves it; null when not known.</param>
    /// <returns>What to record its steps with.</returns>
    /// <exception cref="ArgumentException">The name is empty, or fields of x contradict each other.</exception>
    /// <exception cref="ContractStoreException">An earlier batch could not be written.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public RequestRecording Begin(string requestId, ModelIdentity model, EffectiveRequest request, string? replica = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ContractRules.FindProblem(request) is { } problem)
            throw new ArgumentException($"the request \"{requestId}\" contradicts itself: {problem}", nameof(request));
        RequestRecording recording = new(this, new ExecutionContract
        {
            SchemaVersion = ExecutionContract.CurrentSchemaVersion,
            RequestId = requestId,
            RecordedAt = Now,
            Model = model,
            Request = request,
            Replica = replica,
            Steps = [],
        });
        if (!TryAccept(new RecorderItem { Recording = recording }))
            recording.Unsettle();
        recording.Span = Observer.Begun(recording);
        return recording;
    }

    /// <summary>Waits until everything recorded before the call is committed; tries a failed batch again.</summary>
    /// <exception cref="ContractStoreException">Something could not be written, or was refused and has not been reported yet.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_queue.IsClosed, this);
        _writer.Flush();
    }

    /// <summary>After a failure: what was accepted and cannot be written, for keeping elsewhere (<see cref="ContractLineWriter"/>). The recorder then
    /// forgets it and goes on.</summary>
    /// <returns>One contract a request, with only the unwritten steps; empty when nothing failed.</returns>
    public IReadOnlyList<ExecutionContract> TakeUnwritten() => _writer.TakeUnwritten();

    /// <summary>Flushes and closes. Calls after the first do nothing.</summary>
    /// <exception cref="ContractStoreException">Something could not be written: it says how many steps were lost.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _queue.Close();
        Observer.Close();
        _writer.Dispose();
    }

    /// <summary>Flushes and closes without blocking the calling thread.</summary>
    /// <returns>A task that fails as <see cref="Dispose"/> throws.</returns>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    internal bool TryAccept(in RecorderItem item)
    {
        SpinWait spin = default;
        while (true)
        {
            if (_writer.Fault is { } fault)
                throw new ContractStoreException(fault.Problem, fault.Path, $"not recorded, since an earlier batch is still unwritten: {fault.Message}", fault, _writer.UnwrittenSteps);
            if (_queue.TryEnqueue(item))
            {
                if (_queue.IsHalfFull)
                    _writer.Wake();
                return true;
            }

            ObjectDisposedException.ThrowIf(_queue.IsClosed, this);
            _writer.Wake();
            if (_options.WhenFull == QueueFullPolicy.DropAndCount)
                return false;
            spin.SpinOnce();
        }
    }

    internal void CountDropped()
    {
        Interlocked.Increment(ref _dropped);
        RecorderTelemetry.Dropped.Add(1);
    }

    internal void Unsettle(RequestRecording recording) => _unsettled.Enqueue(recording);

    internal void Surfaced(ContractStoreException rejection) => _writer.Surfaced(rejection);
}
