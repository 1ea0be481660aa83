using PlanForensics.Contracts;
using PlanForensics.Engines.Aten;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.PyTorch;

namespace PlanForensics.Attribution;

/// <summary>Candidates that follow from what recordings say about their process. Known so far: PyTorch 1.13 on an x86 CPU, with OpenBLAS or oneDNN.</summary>
/// <remarks>Every kernel family of such a process competes at the recorded batch sizes; the families that the recorded environment allows also at other batch sizes. Rules: <see cref="PyTorchCandidates"/>.</remarks>
public sealed class RecordedCandidates
{
    private const int UsualThreads = 2;
    private static readonly int[] OtherBatches = [1, 2, 4, 8];
    private static readonly int[] UsualPools = [1, 2];
    private static readonly int[] AllPools = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    private RecordedCandidates(string explanation, IReadOnlyList<PlanSchedule> schedules, IReadOnlyCollection<string> allowed) =>
        (Explanation, Schedules, Allowed) = (explanation, schedules, allowed);

    /// <summary>Where the candidates come from; where there are none, why.</summary>
    public string Explanation { get; }

    /// <summary>The candidates; empty where the recordings name no process whose kernels are known.</summary>
    public IReadOnlyList<PlanSchedule> Schedules { get; }

    /// <summary>Names of the candidates that the recorded environment and batch sizes allow: <see cref="AttributionOptions.Allowed"/>.</summary>
    public IReadOnlyCollection<string> Allowed { get; }

    /// <summary>Whether the recordings name a process whose kernels are known.</summary>
    public bool AreKnown => Schedules.Count > 0;

    /// <summary>Finds the candidates of recordings of one process.</summary>
    /// <param name="model">The recorded model.</param>
    /// <param name="recorded">The recordings; all must name a process that is known.</param>
    /// <returns>The candidates, or the reason why there are none.</returns>
    public static RecordedCandidates Of(DecoderModel model, params ReadOnlySpan<ExecutionContract> recorded)
    {
        ArgumentNullException.ThrowIfNull(model);
        var states = new List<StepState>();
        foreach (ExecutionContract contract in recorded)
        {
            StepState[] own = [.. contract.Steps.Select(step => step.State)];
            if ((own.Length == 0 ? "no step was recorded" : own.Select(PyTorchProcess.WhyNot).FirstOrDefault(reason => reason is not null)) is { } reason)
                return new RecordedCandidates(reason, [], []);
            states.AddRange(own);
        }

        if (WhyNot(model) is { } other)
            return new RecordedCandidates(other, [], []);
        PyTorchEnvironment[] environments = [.. states.Select(PyTorchEnvironment.Of).Distinct()];
        bool computesRope = model.Format == NumericFormat.Fp32 && RecordedRope.TableOf(model.Configuration.HeadDimension / 2, recorded) is null;
        return Of(model, states, environments, computesRope ? "; rotary tables were not recorded and are computed: PyTorch's differ from them in fp32, so that its bits may not be reproduced" : "");
    }

    private static RecordedCandidates Of(DecoderModel model, List<StepState> states, PyTorchEnvironment[] environments, string remark)
    {
        ModelConfiguration configuration = model.Configuration;
        var decoder = new AtenDecoder(
            configuration.HiddenSize, configuration.HeadCount, configuration.KeyValueHeadCount, configuration.HeadDimension, configuration.FeedForwardSize, configuration.VocabularySize, model.Format);
        int highest = states.Max(state => state.BatchIndex ?? 0);
        int?[] recordedSizes = [.. states.Select(state => state.BatchSize).Distinct()];
        bool knowsBatch = !recordedSizes.Contains(null);
        int[] pools = environments.Any(environment => environment.GemmThreads is null) ? AllPools : [.. environments.Select(environment => environment.GemmThreads!.Value).Distinct()];
        int[] others = [.. OtherBatches.Where(batch => batch > highest && !(recordedSizes is [{ } only] && only == batch))];
        var schedules = new List<PlanSchedule>();
        var allowed = new HashSet<string>();
        PyTorchCandidate[] all = [.. PyTorchCandidates.All(decoder, [1], pools)];
        bool IsAllowed(PyTorchCandidate candidate) => environments.Any(environment => environment.IsUnknown
            ? candidate.Backend.GemmThreads <= UsualThreads
            : PyTorchCandidates.Allows(environment, candidate));

        if (knowsBatch)
        {
            foreach (PyTorchCandidate candidate in all.OrderBy(candidate => IsAllowed(candidate) ? 0 : 1).Where(candidate => IsAllowed(candidate) || candidate.Backend.GemmThreads <= UsualThreads || pools.Length == 1))
            {
                var schedule = new PlanSchedule($"{PyTorchCandidate.NameOf(candidate.Backend)}, batch as recorded", candidate.PlanAsRecorded);
                schedules.Add(schedule);
                if (IsAllowed(candidate))
                    allowed.Add(schedule.Name);
            }
        }

        foreach (PyTorchCandidate candidate in PyTorchCandidates.All(decoder, others, pools.Length == 1 ? pools : UsualPools).Where(IsAllowed))
        {
            string name = FormattableString.Invariant($"{PyTorchCandidate.NameOf(candidate.Backend)}, batch {candidate.Batch}");
            schedules.Add(new PlanSchedule(name, candidate.PlanFor));
            if (!knowsBatch)
                allowed.Add(name);
        }

        string size = knowsBatch ? "" : "; the batch size was not recorded";
        return new RecordedCandidates($"PyTorch 1.13 on a CPU ({string.Join("; or ", environments.Select(environment => environment.ToString()))}){size}{remark}", schedules, allowed);
    }

    private static string? WhyNot(DecoderModel model)
    {
        ModelConfiguration configuration = model.Configuration;
        if (configuration.Norm != NormKind.Rms || configuration.Position != PositionKind.Rope || configuration.RopeStyle != RopeStyle.RotateHalf || !configuration.HasGate
            || configuration.HasAttentionBias || configuration.HasMlpBias)
            return "the model is no Llama-family decoder without biases, whose PyTorch kernels are known";
        return model.Format is NumericFormat.Fp32 or NumericFormat.Bf16 ? null : $"the weights are {NumericFormats.NameOf(model.Format)}; PyTorch's kernels are known in fp32 and bf16";
    }
}
