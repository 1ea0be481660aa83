using System.Globalization;
using System.Text.Unicode;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>What a step carries beyond its columns: its place in the batch, unknown fields, and logits that have some.</summary>
internal sealed record StepExtra
{
    public int? BatchIndex { get; init; }

    public int? FirstRow { get; init; }

    public UnknownFields? Step { get; init; }

    public UnknownFields? State { get; init; }

    public UnknownFields? Observation { get; init; }

    public UnknownFields? Logits { get; init; }

    public RecordedLogit? Top1 { get; init; }

    public RecordedLogit? Top2 { get; init; }

    public static StepExtra? Of(ContractStep? step, StepState state, StepObservation observed)
    {
        if (state.BatchIndex is null && state.FirstRow is null && step?.UnknownFields is null && state.UnknownFields is null && observed.UnknownFields is null && observed.Logits?.UnknownFields is null
            && observed.Top1?.UnknownFields is null && observed.Top2?.UnknownFields is null)
            return null;
        return new StepExtra
        {
            BatchIndex = state.BatchIndex,
            FirstRow = state.FirstRow,
            Step = step?.UnknownFields,
            State = state.UnknownFields,
            Observation = observed.UnknownFields,
            Logits = observed.Logits?.UnknownFields,
            Top1 = observed.Top1?.UnknownFields is null ? null : observed.Top1,
            Top2 = observed.Top2?.UnknownFields is null ? null : observed.Top2,
        };
    }

    /// <summary>Writes the JSON of a place in the batch and nothing else, as most steps have it; false for any other.</summary>
    public bool TryFormat(Span<byte> utf8, out int written)
    {
        written = 0;
        return this is { BatchIndex: { } index, FirstRow: { } row, Step: null, State: null, Observation: null, Logits: null, Top1: null, Top2: null }
            && Utf8.TryWrite(utf8, CultureInfo.InvariantCulture, $"{{\"batch_index\":{index},\"first_row\":{row}}}", out written);
    }
}
