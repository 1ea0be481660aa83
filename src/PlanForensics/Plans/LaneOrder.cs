namespace PlanForensics.Plans;

/// <summary>Which terms of a sum a lane takes, and what becomes of those that do not fill the lanes.</summary>
public enum LaneOrder
{
    /// <summary>Lane l takes <c>vector</c> successive terms out of every <c>lanes * vector</c>; lanes are merged at the end (<c>spread</c>).</summary>
    Spread,

    /// <summary>Every <c>lanes</c> successive terms are merged on their own, in binary32, and the result is added to the accumulator; terms that do not fill a block are added one by one
    /// (<c>blocks</c>). ggml's reductions into a double.</summary>
    Blocks,

    /// <summary>ATen's cascade sum (<c>cascade</c>): vectors of <c>lanes</c> terms go to <c>accumulators</c> in turn, each of which keeps four levels: every 2^p vectors level j is added to level j + 1 and
    /// cleared, p = max(4, ceil(log2 n) / 4) for n vectors an accumulator. Levels 1 to 3 are added to level 0, vectors left over to the first accumulator, then the other accumulators;
    /// terms that do not fill a vector come first, one by one, and the lanes after them, forward. Fewer terms than lanes are one lane. Source: ATen's <c>SumKernel.cpp</c>.</summary>
    Cascade,

    /// <summary>NumPy's pairwise sum (<c>pairwise</c>): runs of 8,192 terms (a buffer), one after the other; in a run above 128 terms halves (the first a multiple of 8) on their own; up to 128 <c>lanes</c> lanes (8), merged neighbours first, terms that do not fill
    /// them after; fewer terms than lanes one by one. Source: NumPy's <c>pairwise_sum</c>.</summary>
    Pairwise,
}
