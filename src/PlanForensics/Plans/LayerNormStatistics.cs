namespace PlanForensics.Plans;

/// <summary>How a row's mean and variance are taken. <see cref="LayerNormProgram"/> states the arithmetic.</summary>
public enum LayerNormStatistics
{
    /// <summary>Welford's update in every lane, chunks merged by a cascade, merged moments fused (<c>cascade</c>): ATen since 2.x.</summary>
    Cascade,

    /// <summary>The same cascade, merged moments in the order of ATen 1.x (<c>cascade_grouped</c>).</summary>
    CascadeGrouped,

    /// <summary>A mean summed in fp64, then squares of differences (<c>wide_mean</c>): MLAS.</summary>
    WideMean,

    /// <summary>Squares of the values, no mean: RMSNorm (<c>squares</c>): MLAS.</summary>
    Squares,

    /// <summary>Welford's update term by term (<c>running</c>).</summary>
    Running,
}
