using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace ServingStack.Engine;

/// <summary>
/// Continuous batching on one thread: before every step waiting requests join, each after a prefill of its own; then all that run decode one token together. Who leaves, leaves at once, and the rows below move up.
/// </summary>
public sealed partial class ServingEngine(EngineModel model, ServerOptions options, ILogger<ServingEngine> log) : IHostedService, IDisposable
{
    private readonly BlockingCollection<Completion> _waiting = new(options.MaximumQueue);
    private readonly List<Completion> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private string? _fingerprint;

    /// <summary>Requests waiting and running.</summary>
    public int Load => _waiting.Count + _running.Count;

    /// <summary>Whether the engine takes requests.</summary>
    public bool IsOpen => !_stop.IsCancellationRequested;

    /// <summary>Takes a request.</summary>
    /// <returns>False when the queue is full, or the server is stopping.</returns>
    public bool TrySubmit(Completion completion)
    {
        try
        {
            return IsOpen && _waiting.TryAdd(completion);
        }
        catch (InvalidOperationException)
        {
            return false; // stopped meanwhile
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "decode" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.CompleteAdding();
        _stop.Cancel();
        // However little time is left: the step that runs is done in a moment, and what it has to say goes into the record.
        return Task.Run(() => _thread?.Join(), CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _waiting.Dispose();
    }

    private void Run()
    {
        try
        {
            while (IsOpen)
                Step();
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
        catch (Exception exception)
        {
            Broken(log, exception);
            _stop.Cancel();
            _waiting.CompleteAdding();
            foreach (Completion completion in _running.Concat(_waiting.GetConsumingEnumerable()))
                completion.Fail(exception);
            return;
        }

        foreach (Completion completion in _running.Concat(_waiting.GetConsumingEnumerable()))
            End(completion, "cancelled");
    }

    /// <summary>One iteration: admit, prefill who is new, decode all.</summary>
    private void Step()
    {
        Completion? first = _running.Count == 0 ? _waiting.Take(_stop.Token) : null;
        while (_running.Count < options.MaximumBatch && (first ?? (_waiting.TryTake(out Completion? next) ? next : null)) is { } admitted)
        {
            first = null;
            if (admitted.Cancellation.IsCancellationRequested)
                End(admitted, "cancelled");
            else
                Prefill(admitted);
        }

        foreach (Completion gone in _running.Where(completion => completion.Cancellation.IsCancellationRequested).ToArray())
            End(gone, "cancelled");
        Leave();
        if (_running.Count > 0)
            Decode();
        if (options.StepDelay > TimeSpan.Zero)
            Thread.Sleep(options.StepDelay);
    }

    private void Prefill(Completion completion)
    {
        long started = Stopwatch.GetTimestamp();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        completion.Sequence = new ReplaySequence(model.Model.Configuration);
        ReplayStepResult result = Run(ExecutionPhase.Prefill, [new SequenceTokens(completion.Sequence, completion.Prompt)]);
        var sample = new StepSample
        {
            StepIndex = 0,
            Phase = ExecutionPhase.Prefill,
            QueryLength = completion.Prompt.Length,
            KeyLength = completion.Prompt.Length,
            BatchSize = 1,
            BatchTokens = completion.Prompt.Length,
            BatchIndex = 0,
            FirstRow = 0,
            BatchFingerprint = FingerprintOf([completion]),
            StartedAt = now,
            QueueTimeMs = Stopwatch.GetElapsedTime(completion.QueuedAt, started).TotalMilliseconds,
            GpuTimeMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds,
        };
        _running.Add(completion);
        _fingerprint = null;
        Take(completion, sample, result, 0);
        Leave();
    }

    private void Decode()
    {
        long started = Stopwatch.GetTimestamp();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _fingerprint ??= FingerprintOf(_running);
        int rows = _running.Count;
        ReplayStepResult result = Run(ExecutionPhase.Decode, [.. _running.Select(completion => new SequenceTokens(completion.Sequence!, new[] { completion.NextToken }))]);
        double elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        for (int row = 0; row < rows; row++)
        {
            Completion completion = _running[row];
            var sample = new StepSample
            {
                StepIndex = completion.Generated,
                Phase = ExecutionPhase.Decode,
                QueryLength = 1,
                KeyLength = completion.Sequence!.Position,
                BatchSize = rows,
                BatchTokens = rows,
                BatchIndex = row,
                FirstRow = row,
                BatchFingerprint = _fingerprint,
                StartedAt = now,
                GpuTimeMs = elapsed,
            };
            Take(completion, sample, result, row);
        }

        Leave();
    }

    private ReplayStepResult Run(ExecutionPhase phase, SequenceTokens[] batch) =>
        model.Engine.Run(model.Model, new ReplayStep { Phase = phase, Plan = model.Plan, Batch = batch }, CancellationToken.None);

    private void Take(Completion completion, in StepSample sample, ReplayStepResult result, int row)
    {
        float[] logits = result.Logits[row];
        int token = completion.Sampling.Choose(logits);
        Record(completion, sample with { ChosenToken = token }, new StepLogits(logits, result.LogitsFormat, options.TopK, options.KeepsLogits));
        completion.NextToken = token;
        completion.Generated++;
        bool ends = model.Model.Configuration.EndTokenIds.Contains(token);
        bool isFull = completion.Generated >= completion.MaximumTokens || completion.Sequence!.Position >= model.Model.Configuration.ContextLength;
        string text = ends ? completion.Text.End() : completion.Text.Append(token, isFull);
        if (ends || completion.Text.IsStopped)
            End(completion, "stop", text);
        else if (isFull)
            End(completion, "length", text);
        else if (text.Length > 0)
            completion.Tell(text);
    }

    /// <summary>Recording never costs a request its answer: when it fails, that is logged once and the request goes on unrecorded.</summary>
    private void Record(Completion completion, in StepSample sample, in StepLogits logits)
    {
        try
        {
            completion.Recording?.Step(model.Baseline, sample, logits);
        }
        catch (Exception exception) when (exception is ContractStoreException or ObjectDisposedException or InvalidOperationException)
        {
            Unrecorded(log, completion.RequestId, exception);
            completion.Recording = null;
        }
    }

    private void End(Completion completion, string reason, string text = "")
    {
        try
        {
            completion.Recording?.Complete(reason);
        }
        catch (Exception exception) when (exception is ContractStoreException or ObjectDisposedException)
        {
            Unrecorded(log, completion.RequestId, exception);
        }

        completion.Finish(reason, text);
    }

    private void Leave()
    {
        if (_running.RemoveAll(completion => completion.IsFinished) > 0)
            _fingerprint = null;
    }

    private static string FingerprintOf(List<Completion> batch) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', batch.Select(completion => completion.RequestId).Order(StringComparer.Ordinal)))))[..16];

    [LoggerMessage(Level = LogLevel.Error, Message = "The engine stopped: a step failed.")]
    private static partial void Broken(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The request {RequestId} is no longer recorded; it goes on.")]
    private static partial void Unrecorded(ILogger log, string requestId, Exception exception);
}
