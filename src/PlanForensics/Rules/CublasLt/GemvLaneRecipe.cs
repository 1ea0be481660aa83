namespace PlanForensics.Rules.CublasLt;

/// <summary>How the lanes of <c>gemv2T</c>, <c>gemv2N</c> and <c>gemvNSP</c> share K.</summary>
/// <param name="Vector">V: successive terms of a lane in a tile. Not positive: min(-V, ceil(slice / W)), 0 without the minimum, so that short products give each lane one contiguous run.</param>
/// <param name="Lanes">W: lanes that share an output.</param>
/// <param name="ChunkTiles">CC: tiles that a lane sums in an accumulator of their own; 0 for all of them.</param>
/// <param name="CountsDown">Whether lane totals merge as a count-down butterfly rather than left to right.</param>
public readonly record struct GemvLaneRecipe(int Vector, int Lanes, int ChunkTiles, bool CountsDown)
{
    /// <summary>Terms of a lane in one tile.</summary>
    /// <param name="sliceK">Terms of a whole split-K slice (not of a short last one).</param>
    /// <returns>V, at least 1.</returns>
    public int VectorFor(int sliceK)
    {
        if (Vector > 0)
            return Vector;
        int perLane = (int)(((long)sliceK + Lanes - 1) / Lanes);
        return Math.Max(Vector == 0 ? perLane : Math.Min(-Vector, perLane), 1);
    }
}
