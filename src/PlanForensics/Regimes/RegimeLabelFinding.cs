namespace PlanForensics.Regimes;

/// <summary>A regime that the recording stack named, and that the recorded inputs contradict.</summary>
/// <param name="Recorded">What was recorded (<c>regime</c> beside the known fields, or <c>kv_regime</c> where it is the name of a regime).</param>
/// <param name="Classified">What the inputs say.</param>
/// <param name="Count">Requests' steps for which this is so.</param>
/// <param name="First">The first of them.</param>
/// <param name="FirstRequestId">The request that recorded the label there.</param>
public sealed record RegimeLabelFinding(string Recorded, Regime Classified, int Count, EngineStep First, string FirstRequestId);
