namespace PlanForensics.Contracts.Steps;

/// <summary>What a stream of steps tells of the request that its next steps belong to.</summary>
public sealed record RequestRow
{
    /// <summary>Name of the request.</summary>
    public required string RequestId { get; init => field = ContractCheck.Text(value); }

    /// <summary>The replica that served it; null when not recorded.</summary>
    public string? Replica { get; init; }

    /// <summary>When recording began (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Steps that the recorder had to drop.</summary>
    public long DroppedSteps { get; init => field = ContractCheck.NotNegative((long?)value)!.Value; }

    /// <summary>
    /// Number of the class of requests of equal x (equal tokens by hash, equal model, equal decode configuration); null where the source holds no other
    /// request of equal x. Numbers mean something within one stream only.
    /// </summary>
    public int? EqualClass { get; init; }
}
