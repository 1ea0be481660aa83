using System.Text.Json;
using Microsoft.Extensions.AI;
using ServingStack.Engine;

namespace ServingStack.Http;

/// <summary>POST /v1/chat/completions, by way of the host's <see cref="IChatClient"/> pipeline.</summary>
public sealed class ChatEndpoint(EngineModel model, IChatClient client, ServerOptions options)
{
    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestFields fields = await RequestFields.ReadAsync(context.Request);
        ModelsEndpoint.Check(fields.Text("model"), options);
        fields.Refuse(
            ("n", "1"), ("logprobs", "false"), ("logit_bias", "{}"), ("presence_penalty", "0"), ("frequency_penalty", "0"), ("tools", "[]"), ("functions", "[]"), ("response_format", "{\"type\":\"text\"}"));
        ChatMessage[] messages = MessagesOf(fields);
        int[] prompt = model.Encode(EngineChatClient.Render(messages));
        CompletionSetup setup = CompletionSetup.Of(fields, prompt, model.Model.Configuration.ContextLength, model.Model.Configuration.ContextLength);
        var call = new ChatOptions
        {
            ModelId = options.ModelName,
            AdditionalProperties = new AdditionalPropertiesDictionary { [EngineChatClient.SetupKey] = setup },
        };
        long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (fields.Truth("stream"))
            await StreamAsync(context, messages, call, created);
        else
            await AnswerAsync(context, messages, call, created);
    }

    private async Task AnswerAsync(HttpContext context, ChatMessage[] messages, ChatOptions call, long created)
    {
        ChatResponse response = await client.GetResponseAsync(messages, call, context.RequestAborted);
        context.Response.Headers["x-request-id"] = response.ResponseId;
        await context.Response.WriteAsJsonAsync(
            new Wire.ChatCompletion(
                response.ResponseId ?? "", "chat.completion", created, options.ModelName,
                [new Wire.ChatChoice(0, response.FinishReason?.Value, new Wire.ChatText("assistant", response.Text))], UsageOf(response.Usage)),
            Wire.Json,
            context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, ChatMessage[] messages, ChatOptions call, long created)
    {
        // What is wrong before the first token is answered by a status; after it the stream just ends.
        await using IAsyncEnumerator<ChatResponseUpdate> updates = client.GetStreamingResponseAsync(messages, call, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        bool goesOn = await updates.MoveNextAsync();
        await using var events = new ServerSentEvents(context);
        bool isFirst = true;
        for (; goesOn; goesOn = await updates.MoveNextAsync())
        {
            ChatResponseUpdate update = updates.Current;
            await events.SendAsync(new Wire.ChatCompletion(
                update.ResponseId ?? "", "chat.completion.chunk", created, options.ModelName,
                [new Wire.ChatChoice(0, update.FinishReason?.Value, Delta: new Wire.ChatText(isFirst ? "assistant" : null, update.Text))]));
            isFirst = false;
        }

        await events.EndAsync();
    }

    private static Wire.Usage? UsageOf(UsageDetails? usage) => usage is null ? null
        : new Wire.Usage((int)(usage.InputTokenCount ?? 0), (int)(usage.OutputTokenCount ?? 0), (int)(usage.TotalTokenCount ?? 0));

    private static ChatMessage[] MessagesOf(RequestFields fields)
    {
        JsonElement messages = fields.Find("messages") ?? throw new ApiException(400, "messages is missing", "messages", "missing_required_parameter");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
            throw RequestFields.Wrong("messages", "a list of at least one message");
        return [.. messages.EnumerateArray().Select((message, index) =>
            message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String
                && message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
                ? new ChatMessage(new ChatRole(role.GetString()!), content.GetString())
                : throw RequestFields.Wrong($"messages[{index}]", "an object with a role and a content, both strings"))];
    }
}
