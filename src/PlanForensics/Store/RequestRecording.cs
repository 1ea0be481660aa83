using System.Diagnostics;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>One request being recorded (<see cref="Recorder.Begin"/>). Thread-safe.</summary>
public sealed class RequestRecording
{
    private readonly Recorder _recorder;
    private long _droppedSteps;
    private long _outputTokens;
    private int _isUnsettled;
    private volatile ContractStoreException? _rejection;

    internal RequestRecording(Recorder recorder, ExecutionContract header)
    {
        _recorder = recorder;
        Header = header;
    }

    /// <summary>Name of the request.</summary>
    public string RequestId => Header.RequestId;

    /// <summary>Steps of this request that were dropped because the queue was full.</summary>
    public long DroppedSteps => Interlocked.Read(ref _droppedSteps);

    internal ExecutionContract Header { get; }

    /// <summary>The request's span; null while nobody listens.</summary>
    internal Activity? Span { get; set; }

    /// <summary>Tokens chosen, as rank 0 recorded them; counted where there is a span.</summary>
    internal long OutputTokens => Interlocked.Read(ref _outputTokens);

    internal long Key { get; set; }

    /// <summary>Whether the store was told how many steps the request has. Steps that were queued may come after.</summary>
    internal bool IsCounted { get; set; }

    internal DateTimeOffset? CompletedAt { get; private set; }

    internal string? FinishReason { get; private set; }

    internal ContractStoreException? Rejection => _rejection;

    /// <summary>Records a step. Returns at once, unless the queue is full and the policy is to block.</summary>
    /// <param name="state">The state; what does not change from step to step may be one object for all (<c>baseline with { ... }</c>).</param>
    /// <param name="observation">What came out.</param>
    /// <returns>True; false when the queue was full and the step was dropped and counted.</returns>
    /// <exception cref="InvalidOperationException">The request was completed.</exception>
    /// <exception cref="ContractStoreException">An earlier batch could not be written, or this request was refused (its id is taken, a step came
    /// twice): this step was not recorded.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public bool Step(StepState state, StepObservation observation)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(observation);
        return Enqueue(new RecorderItem { Recording = this, State = state, Observation = observation });
    }

    /// <summary>Records a step without allocating: what it shares with others in a baseline, what is its own as a value.</summary>
    /// <param name="baseline">The state that steps share; its own step index, phase and lengths are not used.</param>
    /// <param name="sample">The rest.</param>
    /// <returns>True; false when the queue was full and the step was dropped and counted.</returns>
    /// <exception cref="ArgumentException">The sample is <c>default</c>, or has bits that its format does not.</exception>
    /// <exception cref="InvalidOperationException">The request was completed.</exception>
    /// <exception cref="ContractStoreException">As for the other overload.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public bool Step(StepState baseline, in StepSample sample) => Step(baseline, sample, default);

    /// <summary>Records a step with its logits without allocating: they are hashed and ranked on the recorder's thread.</summary>
    /// <param name="baseline">As for the other overload.</param>
    /// <param name="sample">As for the other overload; its own two logits are not used where logits are given.</param>
    /// <param name="logits">The logits; their memory must not change until the step is written. <c>default</c> for none.</param>
    /// <returns>True; false when the queue was full and the step was dropped and counted.</returns>
    /// <exception cref="ArgumentException">The sample is <c>default</c>, or has bits that its format does not.</exception>
    /// <exception cref="InvalidOperationException">The request was completed.</exception>
    /// <exception cref="ContractStoreException">As for the other overload.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public bool Step(StepState baseline, in StepSample sample, in StepLogits logits)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        if (!sample.IsValid)
            throw new ArgumentException($"the sample is default, or its logits have more bits than {sample.LogitsFormat}", nameof(sample));
        return Enqueue(new RecorderItem { Recording = this, State = baseline, Sample = sample, Logits = logits });
    }

    /// <summary>Ends the request. Completing twice changes nothing.</summary>
    /// <param name="finishReason">Why it ended (<c>stop</c>, <c>length</c>, ...); null when not known.</param>
    /// <exception cref="ContractStoreException">As for a step.</exception>
    /// <exception cref="ObjectDisposedException">The recorder is closed.</exception>
    public void Complete(string? finishReason = null)
    {
        if (CompletedAt is not null)
            return;
        FinishReason = finishReason;
        CompletedAt = _recorder.Now;
        ThrowIfRejected();
        bool accepted = false;
        try
        {
            accepted = _recorder.TryAccept(new RecorderItem { Recording = this });
        }
        finally
        {
            if (!accepted)
                Unsettle();
            _recorder.Observer.Completed(this, Span);
        }
    }

    /// <summary>Sees to it that the writer looks at this recording, though the queue had no room for the news.</summary>
    internal void Unsettle()
    {
        if (Interlocked.Exchange(ref _isUnsettled, 1) == 0)
            _recorder.Unsettle(this);
    }

    internal void BeginSettling() => Volatile.Write(ref _isUnsettled, 0);

    internal void Reject(ContractStoreException exception) => _rejection ??= exception;

    private bool Enqueue(in RecorderItem item)
    {
        if (CompletedAt is not null)
            throw new InvalidOperationException($"the request \"{RequestId}\" was completed; a step after that belongs to no request");
        ThrowIfRejected();
        if (_recorder.TryAccept(item))
        {
            if (_recorder.Observer.Wants(Span))
                Tell(item);
            return true;
        }

        Interlocked.Increment(ref _droppedSteps);
        _recorder.CountDropped();
        Unsettle();
        return false;
    }

    private void Tell(in RecorderItem item)
    {
        if (Span is not null && item.State!.Rank == 0 && (item.Observation is { } observed ? observed.ChosenToken : item.Sample.ChosenToken) is not null)
            Interlocked.Increment(ref _outputTokens);
        _recorder.Observer.Stepped(item, Span);
    }

    // A refused request stays refused; of a refused step its own request hears once.
    private void ThrowIfRejected()
    {
        if (_rejection is not { } rejection)
            return;
        _recorder.Surfaced(rejection);
        if (Key != 0)
            _rejection = null;
        throw new ContractStoreException(rejection.Problem, rejection.Path, rejection.Message, rejection);
    }
}
