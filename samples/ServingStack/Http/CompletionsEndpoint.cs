using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Store;
using ServingStack.Engine;

namespace ServingStack.Http;

/// <summary>POST /v1/completions.</summary>
public sealed class CompletionsEndpoint(EngineModel model, ServingEngine engine, ServerOptions options, ILogger<CompletionsEndpoint> log, Recorder? recorder = null)
{
    private const int DefaultTokens = 16;

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestFields fields = await RequestFields.ReadAsync(context.Request);
        ModelsEndpoint.Check(fields.Text("model"), options);
        fields.Refuse(("n", "1"), ("best_of", "1"), ("echo", "false"), ("suffix", "\"\""), ("logprobs", "0"), ("logit_bias", "{}"), ("presence_penalty", "0"), ("frequency_penalty", "0"));
        (int[] prompt, string? text) = PromptOf(fields);
        CompletionSetup setup = CompletionSetup.Of(fields, prompt, model.Model.Configuration.ContextLength, DefaultTokens);
        string id = RequestIds.Next("cmpl");
        bool streams = fields.Truth("stream");
        Completion completion = new(
            id, setup.Prompt, setup.Sampling, setup.MaximumTokens, new CompletionText(model.Tokenizer, setup.Prompt, setup.Stops), Begin(id, setup, text), context.RequestAborted);
        if (!engine.TrySubmit(completion))
        {
            completion.Recording?.Complete("rejected");
            throw engine.IsOpen
                ? new ApiException(429, $"{engine.Load} requests are waiting or running; try again later", code: "queue_full")
                : new ApiException(503, "the server is stopping", code: "stopping");
        }

        context.Response.Headers["x-request-id"] = id;
        long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (streams)
            await StreamAsync(context, completion, created, fields.Find("stream_options") is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty("include_usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.True);
        else
            await AnswerAsync(context, completion, created);
    }

    private async Task AnswerAsync(HttpContext context, Completion completion, long created)
    {
        var text = new System.Text.StringBuilder();
        CompletionPiece? last = null;
        await foreach (CompletionPiece piece in completion.Pieces)
        {
            text.Append(piece.Text);
            last = piece;
        }

        if (last?.FinishReason == "cancelled")
            throw new ApiException(503, "the server stopped before the completion was done", code: "stopping");
        await context.Response.WriteAsJsonAsync(
            new Wire.TextCompletion(
                completion.RequestId, "text_completion", created, options.ModelName, [new Wire.TextChoice(0, text.ToString(), last!.FinishReason)],
                new Wire.Usage(completion.Prompt.Length, last.Tokens, completion.Prompt.Length + last.Tokens)),
            Wire.Json,
            context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, Completion completion, long created, bool includesUsage)
    {
        await using var events = new ServerSentEvents(context);
        int tokens = 0;
        await foreach (CompletionPiece piece in completion.Pieces)
        {
            tokens = piece.Tokens;
            await events.SendAsync(new Wire.TextCompletion(completion.RequestId, "text_completion", created, options.ModelName, [new Wire.TextChoice(0, piece.Text, piece.FinishReason)]));
        }

        if (includesUsage)
            await events.SendAsync(new Wire.TextCompletion(
                completion.RequestId, "text_completion", created, options.ModelName, [], new Wire.Usage(completion.Prompt.Length, tokens, completion.Prompt.Length + tokens)));
        await events.EndAsync();
    }

    private RequestRecording? Begin(string id, CompletionSetup setup, string? text)
    {
        try
        {
            return recorder?.Begin(id, model.Identity, EffectiveRequest.FromTokenIds(setup.Prompt, setup.Decode) with
            {
                RawPrompt = text,
                RawPromptHash = text is null ? null : ContentHash.OfText(text),
            });
        }
        catch (Exception exception) when (exception is ContractStoreException or ObjectDisposedException)
        {
            log.LogError(exception, "The request {RequestId} is not recorded; it goes on.", id);
            return null;
        }
    }

    /// <summary>A text, token ids, or a list of one of them.</summary>
    private (int[] Tokens, string? Text) PromptOf(RequestFields fields)
    {
        JsonElement prompt = fields.Find("prompt") ?? throw new ApiException(400, "prompt is missing", "prompt", "missing_required_parameter");
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() == 1 && prompt[0].ValueKind is JsonValueKind.String or JsonValueKind.Array)
            prompt = prompt[0];
        if (prompt.ValueKind == JsonValueKind.String)
            return (model.Encode(prompt.GetString()!), prompt.GetString());
        if (prompt.ValueKind == JsonValueKind.Array && prompt.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number))
            return ([.. prompt.EnumerateArray().Select(item => item.TryGetInt32(out int token) && token >= 0 && token < model.Model.Configuration.VocabularySize
                ? token
                : throw RequestFields.Wrong("prompt", $"a list of token ids from 0 to {model.Model.Configuration.VocabularySize - 1}"))], null);
        throw new ApiException(400, "prompt is one text, or one list of token ids; several prompts in one request are not supported", "prompt", "unsupported_parameter");
    }
}
