namespace PlanForensics.Plans;

/// <summary>In which order partial sums are added.</summary>
public enum MergeOrder
{
    /// <summary>Left to right: ((p0 + p1) + p2) + ... (<c>forward</c>).</summary>
    Forward,

    /// <summary>Count-down butterfly, as a warp shuffle: p[i] += p[i + h] for h = n/2, n/4, ..., 1 (<c>butterfly</c>).</summary>
    Butterfly,

    /// <summary>Neighbours first: p[i] += p[i + h] for h = 1, 2, 4, ... (<c>neighbours</c>).</summary>
    Neighbours,

    /// <summary>The upper half onto the lower, then neighbours, as horizontal additions of wide registers: p[i] += p[i + h] for h = n/2, 1, 2, ..., n/4 (<c>half_neighbours</c>).</summary>
    HalfNeighbours,

    /// <summary>Atomic additions to an output that starts at +0.0, in the plan's arrival order (<c>atomic</c>).</summary>
    Atomic,
}
