using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.PyTorch;

namespace PlanForensics.Attribution.Incidents;

/// <summary>Attributes a whole recorded incident: each run to the plans that made its bits, then the flip between runs to the operator that made it.</summary>
/// <remarks>
/// Candidates are the kernels of PyTorch 1.13 on a CPU at the incident's batch sizes. Those that the recorded environment and batch size allow are replayed over all steps; where none of them
/// reproduces the run, or nothing was recorded about the environment, all compete. Rules: <see cref="PyTorchCandidates"/>.
/// </remarks>
public sealed class IncidentAttribution
{
    private const int UsualThreads = 2;
    private const int NearestClasses = 3;

    private static readonly int[] UsualPools = [1, 2];
    private static readonly int[] AllPools = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly WholeIncident _incident;
    private readonly IncidentOptions _options;
    private readonly RecordedOperators? _operators;
    private readonly IProgress<AttributionProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly PyTorchEnvironment _environment;
    private readonly ValueList<PyTorchCandidate> _candidates;

    private IncidentAttribution(
        IReplayEngine engine, ReplayModel model, WholeIncident incident, IncidentOptions options, RecordedOperators? operators, IProgress<AttributionProgress>? progress, CancellationToken cancellation)
    {
        (_engine, _model, _incident, _options, _operators, _progress, _cancellation) = (engine, model, incident, options, operators, progress, cancellation);
        _environment = PyTorchEnvironment.Of(incident.Engine.Versions, incident.Engine.Environment);
        ModelConfiguration configuration = model.Configuration;
        _candidates = PyTorchCandidates.All(
            new AtenDecoder(
                configuration.HiddenSize, configuration.HeadCount, configuration.KeyValueHeadCount, configuration.HeadDimension, configuration.FeedForwardSize,
                configuration.VocabularySize, incident.Format),
            incident.Runs.Select(run => run.Batch), _environment.GemmThreads is { } threads ? [threads] : AllPools);
    }

    /// <summary>Attributes an incident.</summary>
    /// <param name="engine">The engine; used by several threads at a time.</param>
    /// <param name="model">The recorded model, as <see cref="ModelOf"/> prepares it.</param>
    /// <param name="incident">The incident.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="IncidentFormatException">The model does not fit the incident.</exception>
    public static IncidentVerdict Run(
        IReplayEngine engine, ReplayModel model, WholeIncident incident, IncidentOptions? options = null, IProgress<AttributionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(incident);
        Check(model, incident);
        options ??= new IncidentOptions();
        using RecordedOperators? operators = options.UseOperators && model.Source.Files is [{ Path: var path }] && Path.GetExtension(path) == ".safetensors"
            ? new RecordedOperators(options.Kernels ?? KernelSelection.Default, model.Source, incident)
            : null;
        return new IncidentAttribution(engine, model, incident, options, operators, progress, cancellation).Run();
    }

    /// <summary>Prepares a model for an incident: with the recorded rope tables.</summary>
    /// <param name="model">The recorded model.</param>
    /// <param name="incident">The incident.</param>
    /// <returns>The model.</returns>
    /// <exception cref="IncidentFormatException">The model does not fit the incident.</exception>
    public static ReplayModel ModelOf(DecoderModel model, WholeIncident incident)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(incident);
        var ready = new ReplayModel(model, RopeTable.Given(incident.RopeCosine.Shape[1], incident.RopeCosine.ToFp32(), incident.RopeSine.ToFp32()));
        Check(ready, incident);
        return ready;
    }

    private static void Check(ReplayModel model, WholeIncident incident)
    {
        ModelConfiguration configuration = model.Configuration;
        string manifest = Path.Combine(incident.Folder, WholeIncident.ManifestName);
        if (configuration.Norm != NormKind.Rms || configuration.Position != PositionKind.Rope || configuration.RopeStyle != RopeStyle.RotateHalf || !configuration.HasGate
            || configuration.HasAttentionBias || configuration.HasMlpBias)
            throw new IncidentFormatException(manifest, "model", "is no Llama-family decoder without biases, which this form records");
        if (model.Source.Format != incident.Format)
            throw new IncidentFormatException(manifest, "dtype", $"is {NumericFormats.NameOf(incident.Format)}, but the model's weights are {NumericFormats.NameOf(model.Source.Format)}");
        if (2 * incident.RopeCosine.Shape[1] != configuration.HeadDimension)
            throw new IncidentFormatException(manifest, "rope_tables", FormattableString.Invariant($"have {2 * incident.RopeCosine.Shape[1]} columns, but the model's head dimension is {configuration.HeadDimension}"));
        if (incident.Runs[0].Logits.Shape[1] != configuration.VocabularySize)
            throw new IncidentFormatException(manifest, "runs[0].logits_row0", FormattableString.Invariant($"have {incident.Runs[0].Logits.Shape[1]} columns, but the model's vocabulary has {configuration.VocabularySize}"));
        if (incident.Prompts[0].Any(token => token >= configuration.VocabularySize))
            throw new IncidentFormatException(manifest, "prompts", FormattableString.Invariant($"hold a token outside the vocabulary of {configuration.VocabularySize}"));
        if (incident.Prompts[0].Count + incident.Runs.Max(run => run.Tokens.Count) - 1 > configuration.ContextLength)
            throw new IncidentFormatException(manifest, "runs", FormattableString.Invariant($"are longer than the model's context of {configuration.ContextLength}"));
    }

    private IncidentVerdict Run()
    {
        var contracts = _incident.Runs.Select(run => IncidentContracts.Of(_incident, run)).ToList();
        var verdicts = new List<IncidentRunVerdict>();
        for (int index = 0; index < contracts.Count; index++)
            verdicts.Add(Attribute(_incident.Runs[index], contracts[index]));
        IncidentFlip? flip = null;
        var flipped = new List<int>();
        int[] byBatch = [.. Enumerable.Range(0, contracts.Count).OrderBy(index => _incident.Runs[index].Batch)];
        foreach (int index in byBatch.Skip(1))
        {
            if (TraceDiff.Between(contracts[byBatch[0]], contracts[index]).FirstFlip is not { } found)
                continue;
            flipped.Add(_incident.Runs[index].Batch);
            flip ??= Explain((contracts[byBatch[0]], verdicts[byBatch[0]]), (contracts[index], verdicts[index]), found);
        }

        return new IncidentVerdict(_incident.Name, _environment.ToString(), Backends(verdicts), verdicts.ToValueList(), flip, flipped.ToValueList());
    }

    private IncidentRunVerdict Attribute(IncidentRun run, ExecutionContract recorded)
    {
        var state = new RunState(new IncidentSweep(_engine, _model, recorded, _options.Threads, _cancellation), run, recorded);
        if (_incident.Threads > 1)
            state.Caveats.Add(FormattableString.Invariant($"PyTorch ran {_incident.Threads} threads; the rules of its row-wise kernels and small products were checked for one"));
        PyTorchCandidate[] allowed = [.. _candidates.Where(candidate => IsAllowed(candidate, run.Batch))];
        PyTorchCandidate[] rest = [.. _candidates.Where(candidate => !IsAllowed(candidate, run.Batch) && candidate.Backend.GemmThreads <= UsualThreads)];
        Compete(state, allowed, null, false);
        if (state.IsExplained)
        {
            Compete(state, rest, _options.ShareSteps, false);
            return Conclude(state);
        }

        if (!_environment.IsUnknown)
            state.Caveats.Add("no plan that the recorded environment allows reproduces the run: all families competed");
        Compete(state, rest, null, true);
        if (!state.IsExplained && _environment.IsUnknown)
            Compete(state, MoreThreads(state), null, true);
        return Conclude(state);
    }

    /// <summary>The kernels of the nearest classes with more threads than usual.</summary>
    private PyTorchCandidate[] MoreThreads(RunState state)
    {
        HashSet<string> nearest = [.. state.Compared.OrderByDescending(item => item.Share).Take(NearestClasses).SelectMany(item => item.Members)];
        HashSet<string> kernels = [.. _candidates.Where(candidate => nearest.Contains(candidate.Name)).Select(candidate => candidate.Backend.Name)];
        return [.. _candidates.Where(candidate => candidate.Batch == state.Run.Batch && candidate.Backend.GemmThreads > UsualThreads && kernels.Contains(candidate.Backend.Name))];
    }

    /// <summary>Groups candidates into classes and replays each; a class that was compared before only gains names.</summary>
    private void Compete(RunState state, PyTorchCandidate[] candidates, int? steps, bool stopsEarly)
    {
        IEnumerable<PyTorchCandidate> ordered = candidates.OrderBy(candidate => candidate.Batch == state.Run.Batch ? 0 : 1).ThenBy(candidate => candidate.Backend.GemmThreads);
        CandidateClasses classes = CandidateClasses.Of(_engine, _model, state.Recorded, ordered.Select(candidate => new PlanSchedule(candidate.Name, candidate.PlanFor)));
        state.Refused.AddRange(classes.Refused);
        CandidateClass[] fresh = [.. classes.Classes.Where(item => !state.TryJoin(item))];
        int finished = 0;
        string stage = FormattableString.Invariant($"batch {state.Run.Batch}");
        var counts = state.Sweep.Run(fresh, steps, stopsEarly, () => _progress?.Report(new AttributionProgress(stage, Interlocked.Increment(ref finished), fresh.Length)));
        for (int index = 0; index < fresh.Length; index++)
            state.Add(fresh[index], counts[index]);
    }

    private IncidentRunVerdict Conclude(RunState run)
    {
        List<ComparedClass> ranked = [.. run.Compared.OrderByDescending(item => item.ReproducesEverything).ThenByDescending(item => item.Share).ThenByDescending(item => item.Counts.StepsEqual)];
        List<ComparedClass> found = [.. ranked.Where(item => item.ReproducesEverything && item.Counts.Steps == run.Run.Tokens.Count)];
        ValueList<OperatorTally> tallies = Narrow(run, found);
        AttributionState state = found.Count switch { 0 => AttributionState.Unexplained, 1 => AttributionState.Identified, _ => AttributionState.Ambiguous };
        if (found.Count == 0 && ranked.Count > 0)
            found = [ranked[0]];
        var verdict = new IncidentRunVerdict
        {
            Batch = run.Run.Batch,
            State = state,
            Found = found.Select(item => Describe(item, run.Run.Batch)).ToValueList(),
            Others = ranked.Except(found).Select(item => Describe(item, run.Run.Batch)).ToValueList(),
            Refused = run.Refused.ToValueList(),
            LogitsTotal = run.Run.Logits.ElementCount,
            TokensTotal = run.Run.Tokens.Count,
            Schedule = found.Count == 0 ? null : found[0].Class.Schedule,
            Caveats = run.Caveats.ToValueList(),
            Operators = tallies,
            Members = [.. found.SelectMany(item => item.Members)],
            Classes = [.. run.Compared.Select(item => item.Members)],
        };
        return state == AttributionState.Unexplained ? verdict : WithControls(verdict, run.Recorded, found[0].Class, ranked.Find(item => !item.ReproducesEverything)?.Class);
    }

    /// <summary>Compares the recorded operators under each class that reproduces the logits; where some reproduce all operators, the others go.</summary>
    private ValueList<OperatorTally> Narrow(RunState run, List<ComparedClass> found)
    {
        if (_operators is null || found.Count == 0 || run.Run.Steps.Count == 0)
            return [];
        try
        {
            ValueList<OperatorTally>[] tallies = [.. found.Select(item => _operators.Compare(run.Run, item.Class.Schedule.PlanFor))];
            ComparedClass[] complete = [.. found.Where((_, index) => tallies[index].All(tally => tally.IsComplete))];
            if (complete.Length == 0)
                run.Caveats.Add("no class reproduces every recorded operator");
            else if (complete.Length < found.Count)
                run.Caveats.Add(FormattableString.Invariant($"{found.Count} classes reproduce every logit; the recorded operators rule {found.Count - complete.Length} of them out"));
            int first = complete.Length == 0 ? 0 : found.IndexOf(complete[0]);
            if (complete.Length > 0)
                found.RemoveAll(item => !complete.Contains(item));
            return tallies[first];
        }
        catch (Exception exception) when (exception is IncidentFormatException or PlanNotSupportedException)
        {
            run.Caveats.Add($"the recorded operators were not used: {exception.Message}");
            return [];
        }
    }

    private IncidentRunVerdict WithControls(IncidentRunVerdict verdict, ExecutionContract recorded, CandidateClass found, CandidateClass? other)
    {
        PlanSchedule[] two = other is null ? [found.Schedule] : [found.Schedule, other.Schedule];
        AttributionVerdict checkedBy = PlanAttribution.Run(
            _engine, _model, recorded, two, new AttributionOptions { StopAtFirstDifference = true, FindSeparation = false }, cancellation: _cancellation);
        return verdict with { Controls = checkedBy.Controls, State = checkedBy.Controls is { AllPassed: false } ? AttributionState.ControlFailed : verdict.State };
    }

    private IncidentClass Describe(ComparedClass item, int batch)
    {
        PyTorchCandidate[] members = [.. _candidates.Where(candidate => item.Members.Contains(candidate.Name)).OrderBy(candidate => IsAllowed(candidate, batch) ? 0 : 1).ThenBy(candidate => candidate.Batch == batch ? 0 : 1)];
        IEnumerable<string> names = members.GroupBy(candidate => candidate.ShortName).Select(group =>
        {
            int[] threads = [.. group.Select(candidate => candidate.Backend.GemmThreads).Order()];
            bool any = _environment.GemmThreads is not null || UsualPools.All(threads.Contains) || group.First().Backend.Gemm is OneDnn2Bf16 or OneDnn2EmulatedBf16;
            return any ? group.Key : $"{group.Key}, {string.Join(" or ", threads)} blas thread{(threads is [1] ? "" : "s")}";
        });
        return new IncidentClass(
            names.ToValueList(), members.Any(candidate => IsAllowed(candidate, batch)), item.Counts.Steps, item.Counts.StepsEqual, item.Counts.Logits, item.Counts.LogitsEqual, item.Counts.TokensEqual)
        {
            Schedule = item.Class.Schedule,
        };
    }

    private bool IsAllowed(PyTorchCandidate candidate, int batch) => _environment.IsUnknown
        ? candidate.Backend.GemmThreads <= UsualThreads
        : candidate.Batch == batch && PyTorchCandidates.Allows(_environment, candidate);

    /// <summary>Kernels that are among the classes found of every run.</summary>
    private ValueList<string> Backends(List<IncidentRunVerdict> verdicts)
    {
        if (!verdicts.TrueForAll(run => run.IsExplained))
            return [];
        IEnumerable<IGrouping<AtenBackend, PyTorchCandidate>> backends = _candidates.GroupBy(candidate => candidate.Backend);
        return backends.Where(group => verdicts.TrueForAll(run => group.Any(candidate => run.Members.Contains(candidate.Name)))).Select(group => PyTorchCandidate.NameOf(group.Key)).ToValueList();
    }

    private IncidentFlip Explain((ExecutionContract Recorded, IncidentRunVerdict Verdict) a, (ExecutionContract Recorded, IncidentRunVerdict Verdict) b, TokenFlip flip)
    {
        if (!a.Verdict.IsExplained || !b.Verdict.IsExplained)
            return new IncidentFlip(a.Verdict.Batch, b.Verdict.Batch, flip, null, null, []);
        ValueList<string> invariant = Invariant(a.Verdict, b.Verdict.Batch);
        _progress?.Report(new AttributionProgress("bisect", 0, 0));
        BisectionResult bisection = OperatorBisection.Run(
            _engine, _model, a.Recorded, a.Verdict.Schedule!, b.Recorded, b.Verdict.Schedule!, new BisectionOptions { StepIndex = flip.StepIndexA, TriesSingles = true }, _progress, _cancellation);
        if (bisection.State != BisectionState.Found || bisection.Groups.Count == 0)
            return new IncidentFlip(a.Verdict.Batch, b.Verdict.Batch, flip, bisection, null, invariant);
        _progress?.Report(new AttributionProgress("pin", 0, 0));
        PinResult pin = PlanPin.Find(
            _engine, _model, a.Recorded, a.Verdict.Schedule!, b.Recorded, b.Verdict.Schedule!, bisection.Operators, flip.StepIndexA, _cancellation);
        return new IncidentFlip(a.Verdict.Batch, b.Verdict.Batch, flip, bisection, pin, invariant);
    }

    /// <summary>Backends whose candidates at both batch sizes are one class: the programs were compared at every step of side A.</summary>
    private ValueList<string> Invariant(IncidentRunVerdict a, int batch)
    {
        IEnumerable<IGrouping<AtenBackend, PyTorchCandidate>> backends = _candidates.Where(candidate => candidate.Backend.GemmThreads <= UsualThreads || _environment.GemmThreads is not null).GroupBy(candidate => candidate.Backend);
        return backends.Where(group =>
        {
            string? first = group.FirstOrDefault(candidate => candidate.Batch == a.Batch)?.Name;
            string? second = group.FirstOrDefault(candidate => candidate.Batch == batch)?.Name;
            return first is not null && second is not null && a.Classes.Any(members => members.Contains(first) && members.Contains(second));
        }).Select(group => PyTorchCandidate.NameOf(group.Key)).ToValueList();
    }
}
