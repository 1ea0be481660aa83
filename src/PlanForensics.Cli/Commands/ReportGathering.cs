using System.CommandLine;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Gpu;
using PlanForensics.Incidents;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Causes;
using PlanForensics.Replay;
using PlanForensics.Reporting;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary>Asks the library for what a report is made of.</summary>
internal sealed class ReportGathering(ReportCommandOptions options, ParseResult parsed, Session session)
{
    private const string NoModel = "no model was given, so that nothing was replayed (--model PATH)";

    public (ReportContent Content, ModelTokenizer? Tokenizer, ExitCode Exit) Gather()
    {
        if (parsed.GetValue(options.Incident) is { } folder)
        {
            if (parsed.GetValue(options.Request) is not null || parsed.GetValue(options.Store) is not null || parsed.GetValue(options.Against) is not null)
                throw new UsageException("--incident stands instead of REQUEST, --against and --store");
            return OfIncident(folder, parsed.GetValue(options.Model) ?? throw new UsageException("a report on an incident needs --model PATH, the folder of the recorded model"));
        }

        if (parsed.GetValue(options.Request) is not { } id || parsed.GetValue(options.Store) is not { } database)
            throw new UsageException("expected REQUEST and --store DB, or --incident DIR");
        using ContractStore store = StoreAccess.OpenToRead(database);
        ExecutionContract recorded = store.Require(id);
        ExecutionContract? other = parsed.GetValue(options.Against) is { } against ? store.Require(against) : null;
        // A regime follows from what the whole engine did, so that every request of the store counts.
        RegimeHistory regimes = new RegimeClassifier().Classify(StepTimeline.Read(store, session.Cancellation));
        (ReportContent content, ModelTokenizer? tokenizer, ExitCode exit) = other is null ? OfRequest(recorded) : OfComparison(recorded, other);
        return (content with { Regimes = regimes, Causes = CauseDetector.Find(regimes.Timeline) }, tokenizer, exit);
    }

    private AttributionOptions Depth => new() { MaximumSteps = parsed.GetValue(options.Steps), StopAtFirstDifference = !parsed.GetValue(options.Full) };

    private (ReportContent Content, ModelTokenizer? Tokenizer, ExitCode Exit) OfRequest(ExecutionContract recorded)
    {
        ReportContent content = new() { Recordings = [recorded] };
        if (parsed.GetValue(options.Model) is not { } path)
            return (content with { WhyNoPlans = NoModel }, null, ExitCode.Same);
        (ReplayModel model, ModelTokenizer tokenizer) = ModelOption.Load(path, recorded);
        CandidateSet plans = options.Formats.ReadCandidates(parsed, parsed.GetRequiredValue(options.Candidates), model.Source, session, recorded);
        content = content with { CandidateSource = plans.Source };
        using EngineLease lease = Engines.On(parsed.GetRequiredValue(options.Device), shares: true);
        IReplayEngine engine = lease.Engine;
        return session.TrackStages("report", progress =>
        {
            AttributionVerdict verdict = PlanAttribution.Run(engine, model, recorded, plans.Plans, Depth with { Allowed = plans.Allowed }, progress, session.Cancellation);
            // What the plan that ran does to the layers is seen against the nearest one that did not run.
            LayerDriftResult? layers = verdict.Nearest.Count < 2 ? null : Drift(() => LayerDrift.Between(
                engine, model, recorded, verdict.Classes[verdict.Nearest[0]].Class.Schedule, recorded, Rival(verdict).Class.Schedule, null, progress, session.Cancellation));
            return (content with { Attributions = [verdict], Layers = layers }, tokenizer, AttributeCommand.ExitOf(verdict.State));
        });
    }

    private (ReportContent Content, ModelTokenizer? Tokenizer, ExitCode Exit) OfComparison(ExecutionContract a, ExecutionContract b)
    {
        TraceDiff diff = TraceDiff.Between(a, b);
        ReportContent content = new() { Recordings = [a, b], Diffs = [null, diff] };
        if (parsed.GetValue(options.Model) is not { } path)
            return (content with { WhyNoPlans = NoModel }, null, RunDiff.ExitOf(RunDiff.VerdictOf(diff)));
        (ReplayModel model, ModelTokenizer tokenizer) = ModelOption.Load(path, a, b);
        CandidateSet plans = options.Formats.ReadCandidates(parsed, parsed.GetRequiredValue(options.Candidates), model.Source, session, a, b);
        content = content with { CandidateSource = plans.Source };
        using EngineLease lease = Engines.On(parsed.GetRequiredValue(options.Device), shares: true);
        IReplayEngine engine = lease.Engine;
        return session.TrackStages("report", progress =>
        {
            PostmortemResult result = Postmortem.Run(engine, model, a, b, plans.Plans, Depth with { Allowed = plans.Allowed }, progress, session.Cancellation);
            LayerDriftResult? layers = result is { SideA.Found: { } foundA, SideB.Found: { } foundB }
                ? Drift(() => LayerDrift.Between(engine, model, a, foundA.Class.Schedule, b, foundB.Class.Schedule, null, progress, session.Cancellation))
                : null;
            return (content with { Postmortem = result, Attributions = [result.SideA, result.SideB], Layers = layers }, tokenizer, PostmortemCommand.ExitOf(result.State));
        });
    }

    private (ReportContent Content, ModelTokenizer? Tokenizer, ExitCode Exit) OfIncident(string folder, string modelFolder)
    {
        WholeIncident incident = WholeIncident.Load(folder);
        incident.CheckModel(modelFolder);
        ReplayModel model = IncidentAttribution.ModelOf(DecoderModel.Load(modelFolder), incident);
        ModelTokenizer tokenizer = ModelTokenizer.Load(modelFolder);
        using EngineLease lease = Engines.On(parsed.GetRequiredValue(options.Device), shares: true);
        IReplayEngine engine = lease.Engine;
        var depth = new IncidentOptions { Kernels = (engine as GpuReplayEngine)?.Kernels };
        if (parsed.GetValue(options.Full))
            depth = depth with { ShareSteps = null };
        ExecutionContract[] recordings = [.. incident.Runs.Select(run => IncidentContracts.Of(incident, run))];
        int first = incident.Runs.Index().MinBy(entry => entry.Item.Batch).Index;
        return session.TrackStages("report", progress =>
        {
            IncidentVerdict verdict = IncidentAttribution.Run(engine, model, incident, depth, progress, session.Cancellation);
            ReportContent content = new()
            {
                Recordings = recordings.ToValueList(),
                Incident = verdict,
                Diffs = recordings.Select((recorded, index) => index == first ? null : TraceDiff.Between(recordings[first], recorded)).ToValueList(),
                Attributions = verdict.Runs.Select(run => (AttributionVerdict?)IncidentDetail.Classes(engine, model, incident, run, progress: progress, cancellation: session.Cancellation)).ToValueList(),
                Layers = Drift(() => IncidentDetail.Drift(engine, model, incident, verdict, null, progress, session.Cancellation)),
            };
            return (content, tokenizer, verdict.Runs.Select(run => AttributeCommand.ExitOf(run.State)).Max());
        });
    }

    /// <summary>The nearest class that differs from the recording, or else the second nearest.</summary>
    private static ClassComparison Rival(AttributionVerdict verdict) =>
        verdict.Nearest.Skip(1).Select(index => verdict.Classes[index]).FirstOrDefault(item => !item.ReproducesEverything) ?? verdict.Classes[verdict.Nearest[1]];

    // A recording that can be attributed may still be cut into steps that two replays do not share.
    private LayerDriftResult? Drift(Func<LayerDriftResult?> replay)
    {
        try
        {
            return replay();
        }
        catch (Exception exception) when (exception is ContractReplayException or PlanNotSupportedException)
        {
            session.Remark($"distances by layer are left out: {exception.Message}");
            return null;
        }
    }
}
