using System.Text;
using System.Text.Json;

namespace ServingStack.Http;

/// <summary>A stream of events; the headers go out with the first.</summary>
public sealed class ServerSentEvents : IAsyncDisposable
{
    private static readonly byte[] Field = "data: "u8.ToArray();
    private static readonly byte[] Blank = "\n\n"u8.ToArray();
    private readonly HttpContext _context;
    private bool _isOver;

    /// <summary>Begins a stream.</summary>
    public ServerSentEvents(HttpContext context)
    {
        _context = context;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
    }

    /// <summary>Sends an object, at once.</summary>
    public async Task SendAsync<T>(T value)
    {
        await WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, Wire.Json));
    }

    /// <summary>Ends the stream as OpenAI does.</summary>
    public async Task EndAsync()
    {
        _isOver = true;
        await WriteAsync(Encoding.ASCII.GetBytes("[DONE]"));
    }

    /// <summary>A stream that is left before its end, by an exception, tells so by its missing [DONE].</summary>
    public ValueTask DisposeAsync()
    {
        if (!_isOver && !_context.RequestAborted.IsCancellationRequested)
            _context.Abort();
        return ValueTask.CompletedTask;
    }

    private async Task WriteAsync(byte[] data)
    {
        CancellationToken cancellation = _context.RequestAborted;
        await _context.Response.Body.WriteAsync(Field, cancellation);
        await _context.Response.Body.WriteAsync(data, cancellation);
        await _context.Response.Body.WriteAsync(Blank, cancellation);
        await _context.Response.Body.FlushAsync(cancellation);
    }
}
