using PlanForensics.Contracts;

namespace PlanForensics.Incidents;

/// <summary>Where a recorded tensor lies in its step's file.</summary>
/// <param name="Name">The operator's output name in the sequence, for example <c>L0.q_lin</c>.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Shape of what is stored.</param>
/// <param name="FullShape">Shape of what the engine worked on: plans follow from it.</param>
public sealed record IncidentTensor(string Name, long Offset, IncidentDtype Dtype, ValueList<int> Shape, ValueList<int> FullShape)
{
    /// <summary>Elements stored.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Bytes stored.</summary>
    public long LengthBytes => ElementCount * (Dtype switch { IncidentDtype.F32 => 4, IncidentDtype.Bf16 => 2, _ => 8 });
}
