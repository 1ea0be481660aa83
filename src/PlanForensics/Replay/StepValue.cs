using PlanForensics.Numerics;

namespace PlanForensics.Replay;

/// <summary>A value of a step, (rows, width), kept where the operators that made it compute.</summary>
/// <param name="length">Values.</param>
/// <param name="format">Format in which the values are stored; fp32 where nobody said.</param>
internal abstract class StepValue(int length, NumericFormat format) : IDisposable
{
    /// <summary>Rows x width.</summary>
    public int Length { get; } = length;

    /// <summary>Format in which the values are stored.</summary>
    public NumericFormat Format { get; } = format;

    /// <summary>The values on the host; must not be changed.</summary>
    public abstract float[] ToHost();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
