namespace PlanForensics.Plans;

/// <summary>How a flash attention on a CPU walks the keys of a query row.</summary>
public enum FlashWalk
{
    /// <summary>Key by key: running maximum, sum and output are updated at each key (<c>keys</c>).</summary>
    Keys,

    /// <summary>Tile by tile: scores of a whole tile, one maximum, one sum (<c>tiles</c>).</summary>
    Tiles,
}
