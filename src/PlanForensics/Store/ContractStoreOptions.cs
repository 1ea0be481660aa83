namespace PlanForensics.Store;

/// <summary>How a store treats its file.</summary>
public sealed record ContractStoreOptions
{
    /// <summary>Largest size of the file in bytes, 1 or more (rounded down to pages of 4,096, at least enough for the empty store); null, the
    /// default, for no limit. A write beyond it fails with <see cref="ContractStoreProblem.DiskFull"/> and leaves the store as it was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public long? MaxBytes
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(MaxBytes), value, "MaxBytes must be 1 or more");
    }

    /// <summary>Whether every commit waits for the disk (<c>synchronous=FULL</c>). Default: false. Then a commit survives the end of the
    /// process, kill -9 included, and a power failure may lose the last commits, never damage the store.</summary>
    public bool SurvivePowerLoss { get; init; }

    /// <summary>How long a write waits for another process's write lock. Default: 5 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan BusyTimeout
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(BusyTimeout), value, "BusyTimeout must be 0 or more");
    } = TimeSpan.FromSeconds(5);
}
