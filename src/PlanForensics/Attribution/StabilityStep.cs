using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Attribution;

/// <summary>One step of a stability budget.</summary>
/// <remarks>
/// With base logits l, candidate logits c and the base's two largest tokens t1, t2: <c>Spread = max over classes |(c[t1] - c[t2]) - (l[t1] - l[t2])|</c>, every
/// logit widened to fp64, each subtraction rounded to nearest. <c>SpreadUlps</c> is the same with signed distances in ulps of the base's format in place of
/// differences, in integers.
/// Bitwise: identical on every machine. Source: a first-order bound; a token flips between t1 and t2 when a spread exceeds the margin with the sign against it.
/// </remarks>
public sealed record StabilityStep
{
    internal StabilityStep()
    {
    }

    /// <summary>The step's index.</summary>
    public required int StepIndex { get; init; }

    /// <summary>The base's top-2 margin, in logit and ulps.</summary>
    public required LogitMargin Margin { get; init; }

    /// <summary>Largest change of the margin by a class, in logit; NaN when a class has NaN there.</summary>
    public required double Spread { get; init; }

    /// <summary>Largest change of the margin by a class, in ulps; null when a class's logits are of a wider format than the base's.</summary>
    public required long? SpreadUlps { get; init; }

    /// <summary>Index of the class that makes <see cref="Spread"/>; null when no class makes any.</summary>
    public required int? SpreadClass { get; init; }

    /// <summary>Indices of the classes that choose another token than the base's top 1.</summary>
    public required ValueList<int> FlippingClasses { get; init; }

    /// <summary>The flag.</summary>
    public required StabilityFlag Flag { get; init; }

    /// <summary>Margin divided by spread; infinity when no class makes a difference, 0 for a tie. Bitwise: identical on every machine.</summary>
    public double Ratio => Spread > 0 ? Margin.Margin / Spread : double.IsNaN(Spread) ? 0 : double.PositiveInfinity;
}
