using System.Globalization;

namespace PlanForensics.Diffing;

/// <summary>A place inside a step: an operator's output in a layer.</summary>
/// <param name="Layer">The layer, 0-based; -1 is the embedding, null is outside the layers.</param>
/// <param name="Name">The operator or captured tensor; null is the layer's output.</param>
public sealed record TracePoint(int? Layer, string? Name)
{
    /// <summary>The place as reports write it.</summary>
    /// <returns>For example <c>layer 2 down_proj</c>, <c>layer 2</c>, <c>embedding</c> or <c>final_norm</c>.</returns>
    public override string ToString()
    {
        if (Layer is not { } layer || (Name?.StartsWith("layer ", StringComparison.Ordinal) ?? false))
            return Name ?? "output";
        string place = layer < 0 ? "embedding" : string.Create(CultureInfo.InvariantCulture, $"layer {layer}");
        return Name is null || Name == place ? place : $"{place} {Name}";
    }
}
