namespace PlanForensics.Plans;

/// <summary>Where a matrix-unit kernel takes the part of K that does not fill a tile.</summary>
public enum Residue
{
    /// <summary>After the whole tiles (<c>last</c>).</summary>
    Last,

    /// <summary>Before them: the first K mod tile.K terms are a short tile of their own (<c>first</c>; CUTLASS 2).</summary>
    First,
}
