namespace PlanForensics.Engines.OpenBlas;

/// <summary>The order in which a micro-tile adds the terms of one block of K. In all of them the block's sum is then added to the element.</summary>
public enum TileOrder
{
    /// <summary>One accumulator, ascending.</summary>
    Sequential,

    /// <summary>Two accumulators, even and odd terms of the part of the block that is a multiple of 8; the rest goes to the even one; even + odd.</summary>
    EvenOdd,

    /// <summary>Lane l takes the terms l, l + 16, ...; lanes are folded with their neighbours: distance 1, 2, 4, 8.</summary>
    SixteenLanesByNeighbours,

    /// <summary>Lane l takes the terms l, l + 16, ...; lanes are folded by halves: distance 8, 4, 2, 1.</summary>
    SixteenLanesByHalves,

    /// <summary>Accumulator l takes the terms l, l + 4, ... of the part that is a multiple of 8, the rest goes to the first; (0 + 1) + (2 + 3).</summary>
    FourAccumulators,

    /// <summary>Accumulator l takes the terms l, l + 8, ... of the part that is a multiple of 16, the rest goes to the first; ((0 + 2) + (4 + 6)) + ((1 + 3) + (5 + 7)).</summary>
    EightAccumulators,
}
