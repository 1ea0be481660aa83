using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using PlanForensics.Contracts;
using PlanForensics.Extensions;
using ServingStack.Http;

namespace ServingStack.Engine;

/// <summary>The engine as an <see cref="IChatClient"/>. It runs the model itself, so it completes what <see cref="RecordingChatClient"/> began to record: tokens, template, weights, and every step.</summary>
public sealed class EngineChatClient(EngineModel model, ServingEngine engine, ServerOptions options) : IChatClient
{
    /// <summary>Key of the <see cref="CompletionSetup"/> among a call's additional properties.</summary>
    public const string SetupKey = "setup";

    /// <summary>The model is no chat model: messages are its text, one after the other.</summary>
    public const string Template = "plain-lines/1";

    /// <summary>Messages as the model sees them.</summary>
    public static string Render(IEnumerable<ChatMessage> messages) => string.Join('\n', messages.Select(message => message.Text));

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string prompt = Render(messages);
        CompletionSetup setup = options?.AdditionalProperties?.GetValueOrDefault(SetupKey) as CompletionSetup ?? SetupOf(prompt, options);
        ChatRecording? recording = ChatRecording.Current;
        recording?.Refine(
            x => x with
            {
                EffectivePrompt = prompt,
                EffectivePromptHash = ContentHash.OfText(prompt),
                EffectiveTokenIds = ValueList.Create<int>(setup.Prompt),
                EffectiveTokenCount = setup.Prompt.Length,
                EffectiveTokenHash = ContentHash.OfTokenIds(setup.Prompt),
                RoutingTemplateVersion = Template,
                Decode = setup.Decode,
                Approximation = null,
            },
            model.Identity);
        string id = recording?.RequestId ?? RequestIds.Next("chatcmpl");
        Completion completion = new(
            id, setup.Prompt, setup.Sampling, setup.MaximumTokens, new CompletionText(model.Tokenizer, setup.Prompt, setup.Stops), recording?.Begin(), cancellationToken);
        if (!engine.TrySubmit(completion))
            throw engine.IsOpen
                ? new ApiException(429, $"{engine.Load} requests are waiting or running; try again later", code: "queue_full")
                : new ApiException(503, "the server is stopping", code: "stopping");
        await foreach (CompletionPiece piece in completion.Pieces)
        {
            var update = new ChatResponseUpdate(ChatRole.Assistant, piece.Text) { ResponseId = id, ModelId = this.options.ModelName };
            if (piece.FinishReason is { } reason)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reason == "cancelled")
                    throw new ApiException(503, "the server stopped before the completion was done", code: "stopping");
                update.FinishReason = new ChatFinishReason(reason);
                update.Contents.Add(new UsageContent(new UsageDetails
                {
                    InputTokenCount = setup.Prompt.Length,
                    OutputTokenCount = piece.Tokens,
                    TotalTokenCount = setup.Prompt.Length + piece.Tokens,
                }));
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("planforensics-sample", null, options.ModelName) : serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The engine belongs to the host.
    }

    private readonly ServerOptions options = options;

    /// <summary>For callers inside the process, who give no setup.</summary>
    private CompletionSetup SetupOf(string prompt, ChatOptions? asked)
    {
        int[] tokens = model.Encode(prompt);
        int room = model.Model.Configuration.ContextLength - tokens.Length;
        if (room < 1)
            throw new ArgumentException($"the prompt has {tokens.Length} tokens; the model's context is {model.Model.Configuration.ContextLength}", nameof(prompt));
        var sampling = new Sampling(asked?.Temperature ?? 1, asked?.TopP ?? 1, asked?.Seed ?? Random.Shared.NextInt64());
        return new CompletionSetup(tokens, sampling, Math.Min(asked?.MaxOutputTokens ?? room, room), [.. asked?.StopSequences ?? []]);
    }
}
