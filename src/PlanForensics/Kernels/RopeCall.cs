using System.Collections.Immutable;

namespace PlanForensics.Kernels;

/// <summary>What a rotary embedding is called with.</summary>
/// <param name="Positions">Position of each row of heads.</param>
/// <param name="Heads">Heads of a row.</param>
/// <param name="HeadDimension">Values of a head.</param>
public sealed record RopeCall(ImmutableArray<int> Positions, int Heads, int HeadDimension)
{
    /// <summary>Values of a head that are rotated, from the first on; even; the others are copied. Default: all.</summary>
    public int RotatedDimensions
    {
        get;
        init => field = value >= 2 && value % 2 == 0 && value <= HeadDimension
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RotatedDimensions), value, $"an even number of a head's {HeadDimension} values is rotated");
    } = HeadDimension;

    /// <summary>True: pairs (2i, 2i+1). False (default): pairs (i, i + rotated/2).</summary>
    public bool Interleaved { get; init; }

    /// <summary>Base of the frequencies; default 10,000.</summary>
    public float Theta { get; init; } = 10_000;

    /// <summary>Factor of every angle; default 1.</summary>
    public float FrequencyScale { get; init; } = 1;
}
