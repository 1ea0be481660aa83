using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>The cheapest pin that removes a flip, and the ones tried before it.</summary>
/// <param name="Pin">The first attempt under which both sides give the same tokens; null when none does.</param>
/// <param name="Attempts">All attempts, cheapest first, up to the pin.</param>
/// <param name="DiffersUnpinned">The control: whether the two sides differ without a pin. When they do not, a pin proves nothing.</param>
/// <param name="Explanation">The result in one sentence.</param>
public sealed record PinResult(PinAttempt? Pin, ValueList<PinAttempt> Attempts, bool DiffersUnpinned, string Explanation);
