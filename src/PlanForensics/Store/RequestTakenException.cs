namespace PlanForensics.Store;

/// <summary>An import found a request whose id is taken; becomes a <see cref="ContractStoreException"/> at the store's edge.</summary>
internal sealed class RequestTakenException(string requestId) : Exception($"the request \"{requestId}\" is there already")
{
    public string RequestId { get; } = requestId;
}
