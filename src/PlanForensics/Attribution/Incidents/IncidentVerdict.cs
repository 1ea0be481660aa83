using PlanForensics.Contracts;

namespace PlanForensics.Attribution.Incidents;

/// <summary>What happened in a whole incident.</summary>
/// <param name="Incident">Its name.</param>
/// <param name="Environment">What the recorded environment said.</param>
/// <param name="Backends">Kernels that explain every run, where all runs are explained: one process made them all. Names as in the candidates, without the batch size.</param>
/// <param name="Runs">One verdict a run, in the incident's order.</param>
/// <param name="Flip">The first flip between the first run and another; null where all runs chose the same tokens.</param>
/// <param name="FlippedBatches">Batch sizes whose tokens differ from the first run's.</param>
public sealed record IncidentVerdict(string Incident, string Environment, ValueList<string> Backends, ValueList<IncidentRunVerdict> Runs, IncidentFlip? Flip, ValueList<int> FlippedBatches);
