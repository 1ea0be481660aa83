namespace PlanForensics.Gpu.Turnstiles;

/// <summary>How slices take turns at the tiles of an output.</summary>
internal struct TurnShape
{
    /// <summary>Turns of each tile, one a slice.</summary>
    public int Turns;

    /// <summary>Format of the running sum.</summary>
    public int Accumulator;

    /// <summary>1: the first slice is added to +0.0.</summary>
    public int StartsAtZero;
}
