using PlanForensics.Contracts;

namespace PlanForensics.FluentAssertions;

/// <summary>How batch invariance is asked for.</summary>
public sealed record BatchInvarianceOptions
{
    /// <summary>The batch sizes compared with a row alone, each 1 or more; default 2, 3, 4, 5, 8, 16, 17, 32 and 64: both sides of usual tile heights.</summary>
    public ValueList<int> BatchSizes
    {
        get;
        init => field = value is { Count: > 0 } && value.All(size => size > 0) ? value : throw new ArgumentException("at least one batch size, each 1 or more", nameof(value));
    } = [2, 3, 4, 5, 8, 16, 17, 32, 64];

    /// <summary>Seed of the pseudo-random rows; default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Rows to use instead of pseudo-random ones, (rows, input width) row-major; as many as the largest batch, at least. Null (default) for pseudo-random ones.</summary>
    public ReadOnlyMemory<float>? Rows { get; init; }
}
