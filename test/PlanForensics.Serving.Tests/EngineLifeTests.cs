using System.Net;
using System.Net.Http.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Serving.Tests;

/// <summary>Who joins, leaves, is turned away, and what stopping does.</summary>
public sealed class EngineLifeTests
{
    private const string Completions = "/v1/completions";
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Requests_decode_together_and_without_a_foreign_engine_nobody_drifts()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { StepDelay = Slow });
        string[] prompts = ["In the beginning", "And the king said", "Blessed are the", "Behold, I will"];
        string[] alone = [.. (await Task.WhenAll(prompts.Take(1).Select(prompt => IdOf(server, prompt))))];
        string[] together = await Task.WhenAll(prompts.Select(prompt => IdOf(server, prompt)));

        ExecutionContract[] recorded = await Task.WhenAll(together.Select(server.RecordedAsync));
        recorded.SelectMany(contract => contract.Steps).Max(step => step.State.BatchSize).Should().Be(4, "all four were in one batch");
        foreach (IGrouping<string?, ContractStep> step in recorded.SelectMany(contract => contract.Steps).Where(step => step.State.Phase == Plans.ExecutionPhase.Decode).GroupBy(step => $"{step.State.BatchFingerprint} {step.State.StartedAt:O}"))
            step.Select(item => item.State.FirstRow).Should().OnlyHaveUniqueItems().And.OnlyContain(row => row < step.First().State.BatchSize, "each has a row of its own");
        TraceDiff.Between(await server.RecordedAsync(alone[0]), recorded[0]).BitwiseEqualCount.Should().Be(16, "the project's kernels give each row the same bits in every batch");
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_batch_and_the_record_says_so()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { StepDelay = Slow });
        using var cancel = new CancellationTokenSource();
        using var message = new HttpRequestMessage(HttpMethod.Post, Completions) { Content = JsonContent.Create(new { prompt = "And it came to pass", max_tokens = 240, temperature = 1, seed = 3, stream = true }) };
        using HttpResponseMessage response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel.Token);
        string id = response.Headers.GetValues("x-request-id").Single();
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel.Token)))
            (await reader.ReadLineAsync(cancel.Token)).Should().StartWith("data: ");
        response.Dispose();

        ExecutionContract recorded = await server.RecordedAsync(id);
        recorded.FinishReason.Should().Be("cancelled");
        recorded.Steps.Count.Should().BeInRange(1, 200);
        server.Engine.Load.Should().Be(0);
    }

    [Fact]
    public async Task A_full_queue_turns_requests_away()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { MaximumBatch = 1, MaximumQueue = 1, StepDelay = Slow });
        Task<HttpResponseMessage>[] asked = [.. Enumerable.Range(0, 6).Select(_ => server.Client.PostAsJsonAsync(Completions, new { prompt = "And", max_tokens = 24, temperature = 0 }))];
        HttpResponseMessage[] answers = await Task.WhenAll(asked);

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().BeInRange(1, 3);
        HttpResponseMessage refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("queue_full").And.Contain("overloaded_error");
    }

    [Fact]
    public async Task Stopping_decodes_what_runs_to_its_end()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { StepDelay = Slow });
        Task<string>[] running = [.. Enumerable.Range(0, 3).Select(_ => IdOf(server, "And David went", 40))];
        await Until(() => server.Engine.Load == 3);
        await server.StopAsync();

        foreach (string id in await Task.WhenAll(running))
        {
            ExecutionContract recorded = await server.RecordedAsync(id);
            recorded.FinishReason.Should().Be("length");
            recorded.Steps.Should().HaveCount(40);
        }
    }

    [Fact]
    public async Task A_server_that_may_not_wait_cuts_streams_off_and_records_that()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { StepDelay = Slow, Grace = TimeSpan.FromMilliseconds(100) });
        using var message = new HttpRequestMessage(HttpMethod.Post, Completions) { Content = JsonContent.Create(new { prompt = "And it came to pass", max_tokens = 240, temperature = 1, seed = 3, stream = true }) };
        using HttpResponseMessage response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        string id = response.Headers.GetValues("x-request-id").Single();
        Task<string> rest = response.Content.ReadAsStringAsync();
        await server.StopAsync();

        string? read = await rest.ContinueWith(task => task.IsCompletedSuccessfully ? task.Result : null, TaskScheduler.Default);
        (read is null || !read.Contains("[DONE]", StringComparison.Ordinal)).Should().BeTrue("a stream that was cut off does not look whole");
        (await server.RecordedAsync(id)).FinishReason.Should().Be("cancelled");
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_keeps_the_server_from_starting()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File());
        Func<Task> start = async () => await (await TestServer.StartAsync(options => options with { Store = folder.File() })).DisposeAsync();

        await start.Should().ThrowAsync<ContractStoreException>();
    }

    private static async Task<string> IdOf(TestServer server, string prompt, int tokens = 16) =>
        (await server.AnswerAsync(Completions, new { prompt, max_tokens = tokens, temperature = 0 })).GetProperty("id").GetString()!;

    private static async Task Until(Func<bool> condition)
    {
        for (int attempt = 0; attempt < 400 && !condition(); attempt++)
            await Task.Delay(10);
        condition().Should().BeTrue();
    }
}
