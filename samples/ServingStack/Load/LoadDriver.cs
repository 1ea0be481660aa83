using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Store;
using ServingStack.Http;

namespace ServingStack.Load;

/// <summary>Asks each prompt alone, then all of them at once, greedily: what differs then differs because of the others.</summary>
public sealed class LoadDriver(LoadOptions options, IProgress<int>? progress = null)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private int _done;

    /// <summary>Runs the load.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or answered with an error.</exception>
    public async Task<LoadReport> RunAsync(CancellationToken cancellation = default)
    {
        using var client = new HttpClient { BaseAddress = options.Url, Timeout = TimeSpan.FromMinutes(2) };
        var alone = new Wire.TextCompletion[options.Prompts.Count];
        for (int index = 0; index < alone.Length; index++)
            alone[index] = await AskAsync(client, options.Prompts[index], cancellation);

        var loaded = new Wire.TextCompletion[options.Rounds * alone.Length];
        long started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, loaded.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellation }, async (index, token) =>
            loaded[index] = await AskAsync(client, options.Prompts[index % alone.Length], token));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        LoadPair[] pairs = [.. loaded.Select((answer, index) => new LoadPair(
            options.Prompts[index % alone.Length], alone[index % alone.Length].Id, answer.Id, alone[index % alone.Length].Choices[0].Text, answer.Choices[0].Text))];
        return new LoadReport(options.Store is { } store ? await CompareAsync(pairs, store, cancellation) : pairs, loaded.Sum(answer => answer.Usage!.CompletionTokens), seconds, options.Concurrency);
    }

    private async Task<Wire.TextCompletion> AskAsync(HttpClient client, string prompt, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync("/v1/completions", new { prompt, max_tokens = options.Tokens, temperature = 0 }, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"the server answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
        Wire.TextCompletion answer = await response.Content.ReadFromJsonAsync<Wire.TextCompletion>(Wire.Json, cancellation) ?? throw new JsonException("the server answered with nothing");
        progress?.Report(Interlocked.Increment(ref _done));
        return answer;
    }

    /// <summary>Waits until the recorder has written the last request, then compares.</summary>
    private static async Task<LoadPair[]> CompareAsync(LoadPair[] pairs, string path, CancellationToken cancellation)
    {
        using ContractStore store = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        long started = Stopwatch.GetTimestamp();
        while (pairs.Any(pair => store.Find(pair.LoadedId)?.CompletedAt is null) && Stopwatch.GetElapsedTime(started) < LongestWait)
            await Task.Delay(50, cancellation);
        return [.. pairs.Select(pair => pair with { Diff = TraceDiff.Between(Get(store, pair.AloneId), Get(store, pair.LoadedId)) })];
    }

    private static ExecutionContract Get(ContractStore store, string id) =>
        store.Find(id) ?? throw new InvalidOperationException($"{id} is not in the store {store.Path}; is it the one that the server writes?");
}
