using PlanForensics.Contracts;
using PlanForensics.Diffing;

namespace PlanForensics.Attribution.Incidents;

/// <summary>The first token on which two runs of an incident differ, what flipped it, and what would have kept it.</summary>
/// <param name="BatchA">Batch size of side A.</param>
/// <param name="BatchB">Batch size of side B.</param>
/// <param name="Flip">Step, tokens, and the margins on both sides.</param>
/// <param name="Bisection">The operators whose plans suffice to flip the token; null where a side is not explained.</param>
/// <param name="Pin">Operators pinned to side A's plans, verified by replay; null where none was tried or none holds.</param>
/// <param name="Invariant">Kernels that run equal programs at both batch sizes, at every step recorded: under them row 0 cannot depend on which of the two it is. Names as in the candidates, without the batch size.</param>
public sealed record IncidentFlip(int BatchA, int BatchB, TokenFlip Flip, BisectionResult? Bisection, PinResult? Pin, ValueList<string> Invariant);
