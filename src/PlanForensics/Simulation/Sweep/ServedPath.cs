using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Under which plans a request runs from its first token to its last: all that the batch around it decides about its bits.</summary>
/// <param name="Prefill">The prompt's parts, in order; together the whole prompt.</param>
/// <param name="Decode">The plan of every later step.</param>
/// <param name="DecodeRows">Rows of each later step, where the plan gives rows different programs (the request's is the first); 0 for its own.</param>
public sealed record ServedPath(ValueList<PrefillPart> Prefill, ExecutionPlan Decode, int DecodeRows = 0)
{
    /// <summary>A path with one prefill step.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="prefill">The prefill's plan.</param>
    /// <param name="decode">The plan of every later step.</param>
    /// <returns>The path.</returns>
    public static ServedPath Of(int promptTokens, ExecutionPlan prefill, ExecutionPlan decode) => new([new PrefillPart(promptTokens, prefill)], decode);
}
