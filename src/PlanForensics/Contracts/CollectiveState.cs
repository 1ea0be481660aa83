namespace PlanForensics.Contracts;

/// <summary>The collectives of one step on one rank; a field that was not recorded is null.</summary>
public sealed record CollectiveState : ExtensibleRecord
{
    /// <summary>Which collective: <c>ring</c>, <c>tree</c>, <c>nvls</c>, <c>one_shot</c>, <c>two_shot</c>, <c>none</c>, or the library's own word.</summary>
    public string? Type { get; init; }

    /// <summary>Protocol of the library (<c>ll</c>, <c>ll128</c>, <c>simple</c>).</summary>
    public string? Protocol { get; init; }

    /// <summary>Channels used.</summary>
    public int? Channels { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Bytes reduced by one call.</summary>
    public long? MessageBytes { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Time spent in collectives in this step, in milliseconds.</summary>
    public double? CommTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Arrival of the last rank minus arrival of the first, in milliseconds.</summary>
    public double? RankSkewMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Effective bandwidth, in gigabytes (10^9 bytes) per second.</summary>
    public double? EffectiveBandwidthGbPerS { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Retransmitted packets in this step.</summary>
    public long? Retransmits { get; init => field = ContractCheck.NotNegative(value); }
}
