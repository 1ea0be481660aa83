using System.Threading.Channels;
using PlanForensics.Contracts;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace ServingStack.Engine;

/// <summary>One request on its way through the engine.</summary>
public sealed class Completion
{
    private readonly Channel<CompletionPiece> _pieces = Channel.CreateUnbounded<CompletionPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Creates a completion.</summary>
    public Completion(string requestId, int[] prompt, Sampling sampling, int maximumTokens, CompletionText text, RequestRecording? recording, CancellationToken cancellation)
    {
        (RequestId, Prompt, Sampling, MaximumTokens, Text, Recording, Cancellation) = (requestId, prompt, sampling, maximumTokens, text, recording, cancellation);
        NextToken = prompt[^1];
    }

    /// <summary>Its name, also in the store.</summary>
    public string RequestId { get; }

    /// <summary>The tokens that the model sees.</summary>
    public int[] Prompt { get; }

    /// <summary>Most tokens to generate.</summary>
    public int MaximumTokens { get; }

    /// <summary>Whoever asked has gone away.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Pieces of text as they come; the last one says why it ended.</summary>
    public IAsyncEnumerable<CompletionPiece> Pieces => _pieces.Reader.ReadAllAsync();

    internal Sampling Sampling { get; }

    internal CompletionText Text { get; }

    /// <summary>Takes the steps; null where the request is not recorded, or recording failed.</summary>
    internal RequestRecording? Recording { get; set; }

    internal long QueuedAt { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>Keys and values; made when the request is admitted.</summary>
    internal ReplaySequence? Sequence { get; set; }

    internal int NextToken { get; set; }

    internal int Generated { get; set; }

    internal bool IsFinished { get; private set; }

    internal void Tell(string text) => _pieces.Writer.TryWrite(new CompletionPiece(text, null, Generated));

    internal void Finish(string reason, string text = "")
    {
        IsFinished = true;
        _pieces.Writer.TryWrite(new CompletionPiece(text, reason, Generated));
        _pieces.Writer.TryComplete();
    }

    internal void Fail(Exception exception)
    {
        IsFinished = true;
        _pieces.Writer.TryComplete(exception);
    }
}
