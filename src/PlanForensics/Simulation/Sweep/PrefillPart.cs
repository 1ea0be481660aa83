using PlanForensics.Plans;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Prompt tokens that enter the model in one step.</summary>
/// <param name="Tokens">How many.</param>
/// <param name="Plan">The step's plan.</param>
/// <param name="BatchRows">Rows of the whole step, where the plan gives rows different programs (the request's are the first); 0 for its own.</param>
public sealed record PrefillPart(int Tokens, ExecutionPlan Plan, int BatchRows = 0);
