using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlanForensics.Tests.Reporting;

/// <summary>A headless Chromium, driven by its own protocol over a web socket: Playwright's package for .NET is 214 MB, and this needs eight calls of it.</summary>
internal sealed class ChromiumBrowser : IDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonNode> _events = [];
    private int _lastId;

    private ChromiumBrowser(Process process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    /// <summary>What the browser reported since the page was opened: requests, console messages, exceptions.</summary>
    public IReadOnlyList<JsonNode> Events => _events;

    /// <summary>Where a Chromium is on this machine; null where there is none.</summary>
    public static string? Path => Names
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Select(folder => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public static async Task<ChromiumBrowser> StartAsync()
    {
        string path = Path ?? throw new InvalidOperationException("there is no Chromium on this machine");
        DirectoryInfo profile = Directory.CreateTempSubdirectory("planforensics-chromium-");
        ProcessStartInfo start = new(path) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank" })
            start.ArgumentList.Add(argument);
        ChromiumBrowser browser = new(Process.Start(start)!, profile);
        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
            await browser.ConnectAsync(limit.Token);
            return browser;
        }
        catch
        {
            browser.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file and waits until it is loaded.</summary>
    public async Task OpenAsync(string file)
    {
        _events.Clear();
        await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri });
        while (await EvaluateAsync("document.readyState === 'complete' && location.href === '" + new Uri(file).AbsoluteUri + "'") is not { } ready || !ready.GetValue<bool>())
            await Task.Delay(20);
        await EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    }

    /// <summary>The value of an expression; a promise is awaited.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } thrown ? throw new InvalidOperationException(thrown.ToJsonString()) : answer["result"]!["value"];
    }

    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        int id = ++_lastId;
        JsonObject message = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session is not null)
            message["sessionId"] = _session;
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            JsonNode received = await ReceiveAsync(limit.Token);
            if (received["id"]?.GetValue<int>() == id)
                return received["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : received["result"]!;
            _events.Add(received);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(10_000);
        }

        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child that is still ending may write its last file; the folder is a temporary one.
        }
    }

    private string? _session;

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        const string Marker = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(cancellation) ?? throw new InvalidOperationException("Chromium ended before it listened");
        }
        while (!line.StartsWith(Marker, StringComparison.Ordinal));
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri(line[Marker.Length..]), cancellation);
        JsonNode target = await CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        JsonNode attached = await CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        _session = attached["sessionId"]!.GetValue<string>();
        foreach (string domain in new[] { "Page", "Runtime", "Network", "Log" })
            await CallAsync($"{domain}.enable");
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        using MemoryStream text = new();
        byte[] part = new byte[1 << 16];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(part.AsMemory(), cancellation);
            text.Write(part, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(text.ToArray())!;
    }
}
