using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>One operation applied to a finished sum, and the format its result is rounded to.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Format">Format of the result. Scale and bias are computed in binary32 (one rounding) and then rounded to it.</param>
public readonly record struct EpilogueStep(EpilogueKind Kind, NumericFormat Format)
{
    /// <summary>The canonical text.</summary>
    /// <returns>For example <c>bias fp32</c>.</returns>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {NumericFormats.NameOf(Format)}";
}
