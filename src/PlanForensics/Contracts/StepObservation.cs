using System.Text.Json.Serialization;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>What came out of one step. A field that was not recorded is null; hashes alone suffice for attribution.</summary>
public sealed record StepObservation : ExtensibleRecord
{
    /// <summary>The token chosen; null when the step chose none (a prefill chunk) or it was not recorded.</summary>
    public int? ChosenToken { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Keyed hash of the chosen token, in privacy mode (<see cref="ContractRedaction"/>).</summary>
    public ContentHash? ChosenTokenHash { get; init; }

    /// <summary>The largest logit, before any penalty or temperature.</summary>
    public RecordedLogit? Top1 { get; init; }

    /// <summary>The second largest logit; may equal the largest.</summary>
    public RecordedLogit? Top2 { get; init; }

    /// <summary>The k largest logits in descending order, <see cref="Top1"/> and <see cref="Top2"/> included; optional.</summary>
    public ValueList<RecordedLogit>? TopK { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>All logits, by hash and, where recorded, by value; optional.</summary>
    public TensorReference? Logits { get; init; }

    /// <summary>
    /// SHA-256 of the logit bytes, little-endian, all vocabulary entries in order of ids: 64 lower-case hexadecimal digits. Must be
    /// the hash of <see cref="Logits"/> where both are recorded.
    /// </summary>
    public string? LogitsSha256 { get; init => field = ContractCheck.Sha256OrNull(value); }

    /// <summary>The format of the hashed logits; must be that of <see cref="Logits"/> where both are recorded.</summary>
    public NumericFormat? LogitsFormat { get; init; }

    /// <summary>Hashes of hidden states, in the order in which the step made them; optional.</summary>
    public ValueList<HiddenStateHash>? HiddenStateHashes { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>Tensors captured inside the step; optional.</summary>
    public ValueList<CapturedTensor>? CapturedTensors { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary><see cref="LogitsSha256"/>, or else the hash of <see cref="Logits"/>.</summary>
    [JsonIgnore]
    public string? LogitsHash => LogitsSha256 ?? Logits?.Sha256;

    /// <summary>The format of the logits, from whichever field tells it.</summary>
    [JsonIgnore]
    public NumericFormat? LogitsFormatOrNull => LogitsFormat ?? Logits?.Format ?? Top1?.Format;

    /// <summary>The logits themselves, where they are at hand.</summary>
    [JsonIgnore]
    public TensorValue? FullLogits => Logits?.Value;

    /// <summary>Observes a step by its logits: the two largest, the hash, optionally the k largest and all of them.</summary>
    /// <param name="logits">All logits, fp32, bf16 or fp16, one for each vocabulary entry.</param>
    /// <param name="chosenToken">The token chosen, or null when the step chose none.</param>
    /// <param name="topK">How many of the largest logits to keep; 0 keeps no list.</param>
    /// <param name="keepLogits">Whether to keep all logits, not only their hash.</param>
    /// <returns>The observation. Of equal logits the lower id comes first; a NaN is larger than every number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is another, or k is negative.</exception>
    public static StepObservation FromLogits(TensorValue logits, int? chosenToken, int topK = 0, bool keepLogits = true)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentOutOfRangeException.ThrowIfNegative(topK);
        RecordedLogit[] top = TopLogits.Of(logits, Math.Max(2, topK));
        return new StepObservation
        {
            ChosenToken = chosenToken,
            Top1 = top.ElementAtOrDefault(0),
            Top2 = top.ElementAtOrDefault(1),
            TopK = topK > 0 ? top.Take(topK).ToValueList() : null,
            Logits = keepLogits ? TensorReference.Of(logits) : null,
            LogitsSha256 = logits.Sha256,
            LogitsFormat = logits.Format,
        };
    }
}
