using System.Net;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Serving.Tests;

public sealed class CompletionsTests : IAsyncLifetime
{
    private const string Completions = "/v1/completions";
    private const string Chat = "/v1/chat/completions";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_completion_has_the_fields_of_the_API_and_stands_in_the_store_under_its_id()
    {
        JsonElement answer = await _server.AnswerAsync(Completions, new { model = "kjv-1m", prompt = "In the beginning", max_tokens = 8, temperature = 0 });

        answer.GetProperty("object").GetString().Should().Be("text_completion");
        answer.GetProperty("model").GetString().Should().Be("kjv-1m");
        JsonElement choice = answer.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().Should().Be("length");
        choice.GetProperty("text").GetString().Should().StartWith(" ", "the completion goes on where the prompt ends");
        Usage(answer).Should().Be((5, 8, 13));

        ExecutionContract recorded = await _server.RecordedAsync(answer.GetProperty("id").GetString()!);
        recorded.FinishReason.Should().Be("length");
        recorded.Request.RawPrompt.Should().Be("In the beginning");
        recorded.Request.EffectiveTokenCount.Should().Be(5);
        recorded.Request.Decode.Should().BeEquivalentTo(new DecodeConfiguration { Method = "greedy", Temperature = 0, TopP = 1, MaxTokens = 8, Stop = [], TieRule = "lowest_id" });
        recorded.Model.WeightsSha256.Should().HaveLength(64);
        recorded.Steps.Should().HaveCount(8);
        recorded.Steps[0].State.Shape.QueryLength.Should().Be(5);
        recorded.Steps.Skip(1).Should().OnlyContain(step => step.State.BatchSize == 1 && step.State.FirstRow == 0 && step.State.BatchFingerprint != null);
        recorded.Steps.Should().OnlyContain(step => step.Observation.LogitsSha256 != null && step.Observation.TopK!.Count == 5 && step.Observation.LogitsFormat == NumericFormat.Bf16);
        recorded.Steps.Should().OnlyContain(step => step.Observation.Top1!.Token == step.Observation.ChosenToken, "temperature 0 takes the largest logit");
    }

    [Fact]
    public async Task A_stream_says_the_same_piece_by_piece()
    {
        var request = new { prompt = "And it came to pass", max_tokens = 24, temperature = 0 };
        JsonElement whole = await _server.AnswerAsync(Completions, request);
        List<JsonElement> events = await _server.StreamAsync(Completions, new { request.prompt, request.max_tokens, request.temperature, stream = true, stream_options = new { include_usage = true } });

        events.Should().HaveCountGreaterThan(10);
        string.Concat(events.SkipLast(1).Select(item => item.GetProperty("choices")[0].GetProperty("text").GetString())).Should().Be(whole.GetProperty("choices")[0].GetProperty("text").GetString());
        events.SkipLast(2).Should().OnlyContain(item => item.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind == JsonValueKind.Null);
        events[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().Should().Be("length");
        events[^1].GetProperty("choices").GetArrayLength().Should().Be(0);
        Usage(events[^1]).Should().Be(Usage(whole));
        events.Select(item => item.GetProperty("id").GetString()).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Token_ids_are_a_prompt_too_and_a_seed_repeats_a_sample()
    {
        JsonElement byText = await _server.AnswerAsync(Completions, new { prompt = "In the beginning", max_tokens = 12, temperature = 0.9, top_p = 0.95, seed = 11 });
        ExecutionContract recorded = await _server.RecordedAsync(byText.GetProperty("id").GetString()!);
        JsonElement byTokens = await _server.AnswerAsync(Completions, new { prompt = recorded.Request.EffectiveTokenIds, max_tokens = 12, temperature = 0.9, top_p = 0.95, seed = 11 });
        JsonElement otherSeed = await _server.AnswerAsync(Completions, new { prompt = "In the beginning", max_tokens = 12, temperature = 0.9, top_p = 0.95, seed = 12 });

        Text(byTokens).Should().Be(Text(byText));
        Text(otherSeed).Should().NotBe(Text(byText));
        recorded.Request.Decode!.Method.Should().Be("sample");
        recorded.Request.Decode.Seed.Should().Be(11);
    }

    [Fact]
    public async Task A_stop_text_ends_the_completion_and_is_not_part_of_it()
    {
        JsonElement free = await _server.AnswerAsync(Completions, new { prompt = "In the beginning", max_tokens = 24, temperature = 0 });
        string text = Text(free);
        string stop = text.Substring(text.Length / 2, 4); // across tokens, as it falls
        string expected = text[..text.IndexOf(stop, StringComparison.Ordinal)];

        JsonElement stopped = await _server.AnswerAsync(Completions, new { prompt = "In the beginning", max_tokens = 24, temperature = 0, stop });
        List<JsonElement> events = await _server.StreamAsync(Completions, new { prompt = "In the beginning", max_tokens = 24, temperature = 0, stop = new[] { "~never~", stop }, stream = true });

        Text(stopped).Should().Be(expected);
        stopped.GetProperty("choices")[0].GetProperty("finish_reason").GetString().Should().Be("stop");
        string.Concat(events.Select(Text)).Should().Be(expected, "a stream never tells the beginning of a stop text");
        (await _server.RecordedAsync(stopped.GetProperty("id").GetString()!)).Steps.Count.Should().BeLessThan(24);
    }

    [Fact]
    public async Task Chat_goes_through_the_recording_client_which_knows_tokens_and_template()
    {
        JsonElement answer = await _server.AnswerAsync(Chat, new
        {
            messages = new[] { new { role = "system", content = "Speak." }, new { role = "user", content = "And God said" } },
            max_tokens = 6,
            temperature = 0,
        });
        List<JsonElement> events = await _server.StreamAsync(Chat, new
        {
            messages = new[] { new { role = "system", content = "Speak." }, new { role = "user", content = "And God said" } },
            max_tokens = 6,
            temperature = 0,
            stream = true,
        });

        string said = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        said.Should().NotBeEmpty();
        events[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().Should().Be("assistant");
        string.Concat(events.Select(item => item.GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString())).Should().Be(said);
        events[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString().Should().Be("length");
        foreach (string id in new[] { answer.GetProperty("id").GetString()!, events[0].GetProperty("id").GetString()! })
        {
            ExecutionContract recorded = await _server.RecordedAsync(id);
            recorded.Request.EffectivePrompt.Should().Be("Speak.\nAnd God said");
            recorded.Request.SystemMessage.Should().Be("Speak.");
            recorded.Request.RoutingTemplateVersion.Should().Be("plain-lines/1");
            recorded.Request.IsExact.Should().BeTrue("the engine says what the client could not see");
            recorded.Request.EffectiveTokenIds!.Count.Should().Be(Usage(answer).Prompt);
            recorded.Steps.Should().HaveCount(6);
            recorded.FinishReason.Should().Be("length");
        }
    }

    [Theory]
    [InlineData(Completions, "{\"prompt\":", 400, "invalid_json", null, "not JSON")]
    [InlineData(Completions, "", 400, "invalid_json", null, "not JSON")]
    [InlineData(Completions, "[1]", 400, "invalid_json", null, "expected an object")]
    [InlineData(Completions, "{}", 400, "missing_required_parameter", "prompt", "prompt is missing")]
    [InlineData(Completions, "{\"prompt\":[\"a\",\"b\"]}", 400, "unsupported_parameter", "prompt", "several prompts")]
    [InlineData(Completions, "{\"prompt\":[5,99999]}", 400, "invalid_value", "prompt", "0 to 2047")]
    [InlineData(Completions, "{\"prompt\":[1.5]}", 400, "invalid_value", "prompt", "token ids")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"max_tokens\":\"many\"}", 400, "invalid_value", "max_tokens", "an integer")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"max_tokens\":0}", 400, "invalid_value", "max_tokens", "an integer from 1")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"max_tokens\":500}", 400, "context_length_exceeded", "max_tokens", "maximum context length is 256")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"temperature\":3}", 400, "invalid_value", "temperature", "from 0 to 2")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"n\":2}", 400, "unsupported_parameter", "n", "not supported")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"stop\":\"\"}", 400, "invalid_value", "stop", "none of them empty")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"stream\":\"yes\"}", 400, "invalid_value", "stream", "true or false")]
    [InlineData(Completions, "{\"prompt\":\"a\",\"model\":\"gpt-4\"}", 404, "model_not_found", "model", "does not exist")]
    [InlineData(Chat, "{}", 400, "missing_required_parameter", "messages", "messages is missing")]
    [InlineData(Chat, "{\"messages\":[]}", 400, "invalid_value", "messages", "at least one")]
    [InlineData(Chat, "{\"messages\":[{\"role\":\"user\"}]}", 400, "invalid_value", "messages[0]", "a role and a content")]
    [InlineData(Chat, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"type\":\"function\"}]}", 400, "unsupported_parameter", "tools", "not supported")]
    [InlineData("/v2/nothing", "{}", 404, "not_found", null, "/v1/completions")]
    [InlineData("/v1/models", "{}", 405, "not_found", null, "POST is not what")]
    public async Task What_is_wrong_is_answered_by_an_error_object(string path, string body, int status, string code, string? param, string message)
    {
        using HttpResponseMessage response = await _server.PostAsync(path, body);

        ((int)response.StatusCode).Should().Be(status);
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be(code);
        error.GetProperty("param").GetString().Should().Be(param);
        error.GetProperty("type").GetString().Should().Be("invalid_request_error");
        error.GetProperty("message").GetString().Should().Contain(message);
        (await _server.Client.GetStringAsync("/health")).Should().Be("ok\n", "the server goes on");
    }

    [Theory]
    [InlineData(255, 400, "the prompt has")] // with the token that begins a sequence it fills the context
    [InlineData(254, 200, "\"finish_reason\":\"length\"")] // control: room for one token
    public async Task A_prompt_leaves_room_for_a_completion(int words, int status, string expected)
    {
        using HttpResponseMessage response = await _server.PostAsync(Completions, JsonSerializer.Serialize(new { prompt = string.Concat(Enumerable.Repeat("the ", words)).TrimEnd(), temperature = 0 }));

        string answer = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, answer);
        answer.Should().Contain(expected);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_read()
    {
        using HttpResponseMessage response = await _server.PostAsync(Completions, $"{{\"prompt\":\"{new string('a', 2_000_000)}\"}}");

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).Should().Contain("body_too_large");
    }

    [Fact]
    public async Task The_model_is_listed()
    {
        JsonElement list = JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/models")).RootElement;
        JsonElement card = JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/models/kjv-1m")).RootElement;

        list.GetProperty("data")[0].GetRawText().Should().Be(card.GetRawText());
        card.GetProperty("id").GetString().Should().Be("kjv-1m");
        card.GetProperty("max_model_len").GetInt32().Should().Be(256);
        (await _server.Client.GetAsync("/v1/models/other")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString()!;

    private static (int Prompt, int Completion, int Total) Usage(JsonElement answer)
    {
        JsonElement usage = answer.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }
}
