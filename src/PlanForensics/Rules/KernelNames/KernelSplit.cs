using System.Globalization;

namespace PlanForensics.Rules.KernelNames;

/// <summary>What a kernel name says about splitting K over blocks (over keys, for attention).</summary>
/// <param name="IsSplit">Whether K is split.</param>
/// <param name="Count">The number of splits where the name says it, else null.</param>
public readonly record struct KernelSplit(bool IsSplit, int? Count = null)
{
    /// <summary>A spelled-out number of splits.</summary>
    /// <param name="count">The number, 1 for no split.</param>
    /// <returns>The statement.</returns>
    public static KernelSplit Of(int count) => new(count > 1, count);

    /// <summary>The text of reports.</summary>
    /// <returns>The count where there is one, else <c>true</c> or <c>false</c>.</returns>
    public override string ToString() => Count?.ToString(CultureInfo.InvariantCulture) ?? (IsSplit ? "true" : "false");
}
