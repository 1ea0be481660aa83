using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Replay;

namespace PlanForensics.Attribution.Incidents;

/// <summary>What a report adds to an incident's verdict: how far the nearest classes are from the recording, and where the two sides of a flip drift apart.</summary>
/// <remarks>Replays again what the verdict names; with a memo most of it is known. Bitwise: identical on every machine.</remarks>
public static class IncidentDetail
{
    /// <summary>Replays the classes found for a run and the nearest others over all steps, and counts their distances in ulps.</summary>
    /// <param name="engine">The engine of the attribution, with its memo.</param>
    /// <param name="model">The model, as <see cref="IncidentAttribution.ModelOf"/> prepares it.</param>
    /// <param name="incident">The incident.</param>
    /// <param name="run">The verdict on one of its runs.</param>
    /// <param name="mostClasses">Classes at most; 1 or more. The cost is so many replays of the run.</param>
    /// <param name="progress">Told of every replay.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The comparison of the classes, the found ones first.</returns>
    public static AttributionVerdict Classes(
        IReplayEngine engine, ReplayModel model, WholeIncident incident, IncidentRunVerdict run, int mostClasses = 6, IProgress<AttributionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostClasses, 1);
        IEnumerable<PlanSchedule> schedules = Chosen(run, mostClasses).Select(item => item.Schedule).OfType<PlanSchedule>();
        return PlanAttribution.Run(
            engine, model, ContractOf(incident, run.Batch), schedules, new AttributionOptions { FindSeparation = false }, progress, cancellation);
    }

    /// <summary>Compares the two sides of an incident's flip layer by layer, up to the flip.</summary>
    /// <param name="engine">The engine of the attribution, with its memo.</param>
    /// <param name="model">The model, as <see cref="IncidentAttribution.ModelOf"/> prepares it.</param>
    /// <param name="incident">The incident.</param>
    /// <param name="verdict">Its verdict.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The drift; null where no token flipped, or a side of the flip is unexplained.</returns>
    public static LayerDriftResult? Drift(
        IReplayEngine engine, ReplayModel model, WholeIncident incident, IncidentVerdict verdict, LayerDriftOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(verdict);
        if (verdict.Flip is not { } flip)
            return null;
        IncidentRunVerdict a = verdict.Runs.First(run => run.Batch == flip.BatchA);
        IncidentRunVerdict b = verdict.Runs.First(run => run.Batch == flip.BatchB);
        return !a.IsExplained || !b.IsExplained ? null : LayerDrift.Between(
            engine, model, ContractOf(incident, a.Batch), a.Schedule!, ContractOf(incident, b.Batch), b.Schedule!, options, progress, cancellation);
    }

    // Classes whose logits match look alike here, so that most places go to those that do not.
    private static IEnumerable<IncidentClass> Chosen(IncidentRunVerdict run, int most)
    {
        IncidentClass[] alike = [.. run.Others.Where(item => item.ReproducesEverything).Take(1)];
        IncidentClass[] found = [.. run.Found.Take(Math.Max(1, (most / 2) - alike.Length))];
        IncidentClass[] chosen = [.. found, .. alike, .. run.Others.Where(item => !item.ReproducesEverything)];
        return chosen.Take(most);
    }

    private static ExecutionContract ContractOf(WholeIncident incident, int batch) =>
        IncidentContracts.Of(incident, incident.Runs.First(run => run.Batch == batch));
}
