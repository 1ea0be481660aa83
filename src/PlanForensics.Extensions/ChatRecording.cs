using Microsoft.Extensions.Logging;
using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Extensions;

/// <summary>
/// One chat call that is being recorded. An inner client that runs the model itself completes what is recorded: <see cref="Current"/>, <see cref="Refine"/> with tokens and template, <see cref="Begin"/>, and each step.
/// A client of a remote model needs nothing of this.
/// </summary>
/// <remarks>For one call at a time, as it is handed from client to client; the recording that <see cref="Begin"/> gives is thread-safe.</remarks>
public sealed class ChatRecording
{
    private static readonly AsyncLocal<ChatRecording?> Ambient = new();
    private readonly Recorder _recorder;
    private readonly ChatRecordingOptions _options;
    private readonly ILogger _log;
    private RequestRecording? _recording;
    private bool _isOver;

    internal ChatRecording(Recorder recorder, ChatRecordingOptions options, ILogger log, string requestId, ModelIdentity model, EffectiveRequest request)
    {
        (_recorder, _options, _log) = (recorder, options, log);
        (RequestId, Model, Request) = (requestId, model, request);
    }

    /// <summary>The call that is being recorded in this flow of control; null where there is none.</summary>
    public static ChatRecording? Current
    {
        get => Ambient.Value;
        internal set => Ambient.Value = value;
    }

    /// <summary>Name of the request in the store.</summary>
    public string RequestId { get; }

    /// <summary>Which weights run.</summary>
    public ModelIdentity Model { get; private set; }

    /// <summary>The effective request as far as it is known.</summary>
    public EffectiveRequest Request { get; private set; }

    /// <summary>Whether the recording began: what it says of x and of the model is final.</summary>
    public bool HasBegun => _recording is not null || _isOver;

    /// <summary>Says more of x: the tokens, the template, the decode configuration that was applied.</summary>
    /// <param name="refine">From what is known to what is known now.</param>
    /// <param name="model">Which weights run; null to leave that as it is.</param>
    /// <exception cref="InvalidOperationException">The recording has begun.</exception>
    public void Refine(Func<EffectiveRequest, EffectiveRequest> refine, ModelIdentity? model = null)
    {
        ArgumentNullException.ThrowIfNull(refine);
        if (HasBegun)
            throw new InvalidOperationException($"the recording of \"{RequestId}\" has begun; x is refined before that");
        Request = refine(Request);
        Model = model ?? Model;
    }

    /// <summary>Begins the recording; later calls give the same.</summary>
    /// <returns>What to record steps with; null where recording failed and the call goes on unrecorded.</returns>
    public RequestRecording? Begin()
    {
        if (HasBegun)
            return _recording;
        try
        {
            _recording = _recorder.Begin(RequestId, Model, _options.Redact is { } redact ? redact(Request) : Request, _options.Replica);
        }
        catch (Exception exception) when (!_options.FailsWithRecorder && IsOfRecording(exception))
        {
            _isOver = true;
            ChatRecordingLog.Failed(_log, RequestId, exception);
        }

        return _recording;
    }

    internal void Complete(string? finishReason)
    {
        try
        {
            Begin()?.Complete(finishReason);
        }
        catch (Exception exception) when (!_options.FailsWithRecorder && IsOfRecording(exception))
        {
            ChatRecordingLog.Failed(_log, RequestId, exception);
        }
    }

    private static bool IsOfRecording(Exception exception) => exception is ContractStoreException or ObjectDisposedException or ArgumentException or InvalidOperationException;
}
