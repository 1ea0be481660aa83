using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Incidents;

/// <summary>One greedy decode of the prompts at one batch size.</summary>
public sealed class IncidentRun
{
    internal IncidentRun()
    {
    }

    /// <summary>Rows of the batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Row 0's chosen token at every step, the prefill's first.</summary>
    public required ValueList<int> Tokens { get; init; }

    /// <summary>Row 0's logits at every step, (steps, vocabulary).</summary>
    public required TensorValue Logits { get; init; }

    /// <summary>The steps whose tensors were recorded, in order.</summary>
    public required IReadOnlyList<IncidentStep> Steps { get; init; }

    /// <summary>Whether a second run of the same batch gave the same bits; null where it was not tried.</summary>
    public bool? RepeatControl { get; init; }

    /// <summary>Whether other neighbours in the batch left row 0's bits as they were; null where it was not tried.</summary>
    public bool? NeighbourControl { get; init; }

    /// <summary>Logits of one step.</summary>
    /// <param name="step">0-based step.</param>
    /// <returns>The vocabulary's logits.</returns>
    public TensorValue LogitsOf(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Tokens.Count);
        int bytes = Logits.Bytes.Length / Tokens.Count;
        return TensorValue.FromBytes(Logits.Format, Logits.Bytes.Slice(step * bytes, bytes), Logits.Shape[1]);
    }
}
