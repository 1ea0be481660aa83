using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>How far two plans drift apart, layer by layer and step by step, on the inputs that two recordings share.</summary>
/// <remarks>Bitwise: identical on every machine.</remarks>
public sealed record LayerDriftResult
{
    internal LayerDriftResult()
    {
    }

    /// <summary>Side A's recording.</summary>
    public required string RequestA { get; init; }

    /// <summary>Side B's recording; side A's where only plans differ.</summary>
    public required string RequestB { get; init; }

    /// <summary>Name of side A's schedule.</summary>
    public required string PlanA { get; init; }

    /// <summary>Name of side B's schedule.</summary>
    public required string PlanB { get; init; }

    /// <summary>Layers of the model; a cell of this number is of the logits.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Steps that were replayed.</summary>
    public required int StepsReplayed { get; init; }

    /// <summary>Why the comparison ended where it did, in words.</summary>
    public required string Ending { get; init; }

    /// <summary>The cells, by step, then layer; one for each layer and one for the logits in every step.</summary>
    public required ValueList<LayerDriftCell> Cells { get; init; }

    /// <summary>The first cell whose bits differ; null where none do.</summary>
    public LayerDriftCell? FirstDifferent
    {
        get
        {
            foreach (LayerDriftCell cell in Cells)
                if (cell.DifferentElements > 0)
                    return cell;
            return null;
        }
    }
}
