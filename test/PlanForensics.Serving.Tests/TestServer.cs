using FluentAssertions;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PlanForensics.Contracts;
using PlanForensics.Store;
using ServingStack;
using ServingStack.Engine;

namespace PlanForensics.Serving.Tests;

/// <summary>The sample's server in this process, on a free loopback port; products by PlanForensics' own kernels, so that it runs everywhere.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private TestServer(Func<ServerOptions, ServerOptions>? configure)
    {
        var options = new ServerOptions { Url = "http://127.0.0.1:0", Model = Repository.Model, Managed = true, Store = _folder.File() };
        Options = configure?.Invoke(options) ?? options;
        _app = ServerApp.Build(Options);
    }

    public ServerOptions Options { get; }

    public HttpClient Client { get; private set; } = null!;

    public ServingEngine Engine => _app.Services.GetRequiredService<ServingEngine>();

    public IServiceProvider Services => _app.Services;

    public static async Task<TestServer> StartAsync(Func<ServerOptions, ServerOptions>? configure = null)
    {
        var server = new TestServer(configure);
        await server._app.StartAsync();
        server.Client = new HttpClient { BaseAddress = new Uri(server._app.Urls.Single()), Timeout = TimeSpan.FromSeconds(30) };
        return server;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Client.PostAsync(path, new StringContent(json));

    public async Task<JsonElement> AnswerAsync(string path, object request)
    {
        using HttpResponseMessage response = await Client.PostAsJsonAsync(path, request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The events of a stream, up to and without [DONE]; throws where that is missing.</summary>
    public async Task<List<JsonElement>> StreamAsync(string path, object request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(request) };
        using HttpResponseMessage response = await Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var events = new List<JsonElement>();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
                continue;
            line.Should().StartWith("data: ");
            if (line == "data: [DONE]")
                return events;
            events.Add(JsonDocument.Parse(line["data: ".Length..]).RootElement);
        }

        throw new InvalidDataException("the stream ended without [DONE]");
    }

    /// <summary>A request as it stands in the store once it is complete.</summary>
    public async Task<ExecutionContract> RecordedAsync(string requestId)
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            using ContractStore store = ContractStore.Open(Options.Store, ContractStoreMode.ReadOnly);
            if (store.Find(requestId) is { CompletedAt: not null } contract)
                return contract;
            await Task.Delay(25);
        }

        throw new TimeoutException($"{requestId} was not completed in the store");
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
