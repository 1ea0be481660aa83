namespace PlanForensics.Plans;

/// <summary>Where quantised numbers are multiplied by their scales.</summary>
public enum DequantPoint
{
    /// <summary>Each weight, before it is multiplied (<c>weights</c>).</summary>
    Weights,

    /// <summary>Each group's integer sum, before it enters a floating-point accumulator (<c>group</c>).</summary>
    Group,

    /// <summary>The whole sum, once (<c>output</c>).</summary>
    Output,
}
