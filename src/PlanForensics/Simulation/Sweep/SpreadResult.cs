using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>How answers spread over configurations, and the plans behind them.</summary>
/// <param name="Configurations">The configurations.</param>
/// <param name="LoadDependent">The metrics when each configuration dispatches for itself.</param>
/// <param name="Pinned">The metrics when one rank's plan, fixed, runs everywhere.</param>
/// <param name="Prompts">Each prompt's answers, grouped; a path is a configuration's.</param>
public sealed record SpreadResult(ValueList<SpreadConfiguration> Configurations, SpreadMetrics LoadDependent, SpreadMetrics Pinned, ValueList<ProtocolPrompt> Prompts);
