using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Commands;

/// <summary>What candidates depend on beside their names.</summary>
/// <param name="Activations">Format between operators; null where it is not known.</param>
/// <param name="Logits">Format of the logits; null for that of the activations, or where those are not known for what the recording allows.</param>
/// <param name="Model">The recorded model.</param>
/// <param name="Recorded">The recordings, at least one.</param>
internal sealed record CandidateContext(NumericFormat? Activations, NumericFormat? Logits, DecoderModel Model, IReadOnlyList<ExecutionContract> Recorded)
{
    /// <summary>Format of the recorded logits, where it is known.</summary>
    public NumericFormat? RecordedFormat => Recorded[0].Steps.Select(step => step.Observation.LogitsFormatOrNull).FirstOrDefault(format => format is not null);

    /// <summary>The recorded steps.</summary>
    public IEnumerable<StepState> States => Recorded.SelectMany(recorded => recorded.Steps.Select(step => step.State));

    /// <summary>Formats between operators and of logits that could have run, with a suffix that tells them apart where there are several.</summary>
    public IEnumerable<(NumericFormat Activations, NumericFormat Logits, string Suffix)> Formats => Activations is { } known
        ? [(known, Logits ?? known, "")]
        : CandidateList.Formats(Logits, RecordedFormat).Select(pair => (pair.Activations, pair.Logits, $", {CandidateList.Describe(pair.Activations, pair.Logits)}"));
}
