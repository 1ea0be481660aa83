namespace PlanForensics.Regimes.Cost;

/// <summary>How a cost model is fitted.</summary>
public sealed record CostOptions
{
    /// <summary>Whether a step's recorded device time contains waiting for other ranks; null (default) decides it from records of several ranks, and takes true where there are none.</summary>
    public bool? GpuTimeIncludesWaiting { get; init; }

    /// <summary>Bytes of an element of the key/value cache; default 2.</summary>
    public double CacheBytesPerElement { get; init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(CacheBytesPerElement), value, "finite and above 0"); } = 2;

    /// <summary>Layers, for the bytes of the cache; default 1: bytes of one layer.</summary>
    public int Layers { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Layers), value, "at least 1"); } = 1;
}
