using PlanForensics.Contracts;

namespace PlanForensics.Attribution.Incidents;

/// <summary>What happened in a whole incident.</summary>
/// <param name="Incident">Its name.</param>
/// <param name="Environment">What the recorded environment said.</param>
/// <param name="Backends">Kernels that explain every run, where all runs are explained: one process made them all. Names as in the candidates, without the batch size.</param>
/// <param name="Runs">One verdict a run, in the incident's order.</param>
/// <param name="Flip">The flip of the smallest batch whose tokens differ from those of the smallest batch of all; null where all runs chose the same tokens.</param>
/// <param name="FlippedBatches">All batch sizes whose tokens differ from those of the smallest, ascending.</param>
public sealed record IncidentVerdict(string Incident, string Environment, ValueList<string> Backends, ValueList<IncidentRunVerdict> Runs, IncidentFlip? Flip, ValueList<int> FlippedBatches);
