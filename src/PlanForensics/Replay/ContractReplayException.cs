namespace PlanForensics.Replay;

/// <summary>A recorded contract lacks what a replay needs, or was recorded with another model.</summary>
public sealed class ContractReplayException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="requestId">The contract's request id.</param>
    /// <param name="reason">What is missing, and what to do.</param>
    public ContractReplayException(string requestId, string reason)
        : base($"request {requestId} cannot be replayed: {reason}") => RequestId = requestId;

    /// <summary>The contract's request id.</summary>
    public string RequestId { get; }
}
