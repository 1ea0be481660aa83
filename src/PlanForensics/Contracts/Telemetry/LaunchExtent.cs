using System.Globalization;

namespace PlanForensics.Contracts.Telemetry;

/// <summary>Three extents of a grid or a block.</summary>
/// <param name="X">First extent.</param>
/// <param name="Y">Second extent.</param>
/// <param name="Z">Third extent.</param>
public readonly record struct LaunchExtent(long X, long Y, long Z)
{
    /// <summary>The text form.</summary>
    /// <returns>For example <c>128,96,1</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X},{Y},{Z}");
}
