using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Extensions;

/// <summary>
/// Records the effective request of every call that passes it: the messages and options as they reach this client, after whatever the clients outside it changed. Put it innermost, next to the client that sends.
/// </summary>
/// <remarks>
/// Of a remote model x is an approximation, and says so: its template and tokens are not seen here. An inner client that runs the model says them through <see cref="ChatRecording.Current"/>.
/// The call ends in the store with the finish reason, <c>cancelled</c> or <c>error</c>.
/// </remarks>
public sealed class RecordingChatClient : DelegatingChatClient
{
    private const string Unseen = "messages as they were sent; the template and the tokens that the model saw are not known to the client";
    private readonly Recorder _recorder;
    private readonly ChatRecordingOptions _options;
    private readonly ILogger _log;

    /// <summary>Creates the client.</summary>
    /// <param name="innerClient">The client that is called.</param>
    /// <param name="recorder">Takes the requests.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="loggerFactory">Takes failures to record; null for nobody.</param>
    public RecordingChatClient(IChatClient innerClient, Recorder recorder, ChatRecordingOptions? options = null, ILoggerFactory? loggerFactory = null)
        : base(innerClient)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        _recorder = recorder;
        _options = options ?? new ChatRecordingOptions();
        _log = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<RecordingChatClient>();
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        ChatRecording recording = Open(sent, options);
        ChatRecording? outer = ChatRecording.Current;
        string reason = "error";
        try
        {
            ChatRecording.Current = recording;
            ChatResponse response = await base.GetResponseAsync(sent, options, cancellationToken).ConfigureAwait(false);
            reason = response.FinishReason?.Value ?? "stop";
            return response;
        }
        catch (OperationCanceledException)
        {
            reason = "cancelled";
            throw;
        }
        finally
        {
            ChatRecording.Current = outer;
            recording.Complete(reason);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        ChatRecording recording = Open(sent, options);
        // Whoever leaves the enumeration before its end cancels.
        string reason = "cancelled";
        try
        {
            await using IAsyncEnumerator<ChatResponseUpdate> updates = base.GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            string? told = null;
            while (true)
            {
                bool moved;
                try
                {
                    moved = await Move(updates, recording).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    reason = "error";
                    throw;
                }

                if (!moved)
                    break;
                told = updates.Current.FinishReason?.Value ?? told;
                yield return updates.Current;
            }

            reason = told ?? "stop";
        }
        finally
        {
            recording.Complete(reason);
        }
    }

    // An iterator's flow of control is its caller's at every step: the recording is put into it anew.
    private static async ValueTask<bool> Move(IAsyncEnumerator<ChatResponseUpdate> updates, ChatRecording recording)
    {
        ChatRecording.Current = recording;
        return await updates.MoveNextAsync().ConfigureAwait(false);
    }

    private ChatRecording Open(ChatMessage[] messages, ChatOptions? options)
    {
        string prompt = _options.Render(messages);
        string system = string.Join('\n', messages.Where(message => message.Role == ChatRole.System).Select(message => message.Text));
        var metadata = InnerClient.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        ModelIdentity model = _options.Model ?? new ModelIdentity { Name = options?.ModelId ?? metadata?.DefaultModelId ?? "unknown" };
        return new ChatRecording(_recorder, _options, _log, _options.RequestIds(), model, new EffectiveRequest
        {
            EffectivePrompt = prompt,
            EffectivePromptHash = ContentHash.OfText(prompt),
            SystemMessage = system.Length == 0 ? null : system,
            SystemMessageHash = system.Length == 0 ? null : ContentHash.OfText(system),
            Decode = DecodeOf(options),
            Approximation = Unseen,
        });
    }

    private static DecodeConfiguration DecodeOf(ChatOptions? options) => new()
    {
        Method = options?.Temperature is 0 ? "greedy" : null,
        Temperature = Exact(options?.Temperature),
        TopP = Exact(options?.TopP),
        TopK = options?.TopK,
        Seed = options?.Seed,
        MaxTokens = options?.MaxOutputTokens,
        PresencePenalty = Exact(options?.PresencePenalty),
        FrequencyPenalty = Exact(options?.FrequencyPenalty),
        Stop = options?.StopSequences?.ToValueList(),
    };

    // The decimal that was written: 0.7f is 0.7, not 0.699999988.
    private static double? Exact(float? value) => value is { } known ? (double)(decimal)known : null;
}
