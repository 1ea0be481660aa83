using PlanForensics.Numerics;

namespace PlanForensics.Replay;

/// <summary>A value in an array of the host.</summary>
internal sealed class HostValue(float[] values, NumericFormat format) : StepValue(values.Length, format)
{
    /// <inheritdoc/>
    public override float[] ToHost() => values;
}
