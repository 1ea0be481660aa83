namespace PlanForensics.Gpu.Rows;

/// <summary>A row spread over the threads of a group: warps merge first, then their totals.</summary>
internal struct RowShape
{
    public int Width;

    /// <summary>Threads of a group, a multiple of 32; each takes <see cref="Vector"/> successive terms at a time.</summary>
    public int Lanes;
    public int Vector;

    /// <summary>Lanes that have terms.</summary>
    public int Used;

    public int Merge;
    public int BlockMerge;
}
