namespace PlanForensics.Probing;

/// <summary>Where a running probe stands.</summary>
/// <param name="Phase">What is being done: <c>calibration</c>, <c>class_map</c>, <c>tree</c>, <c>arithmetic</c> or <c>verification</c>.</param>
/// <param name="Class">0-based number of the class of outputs it is done for; 0 where it is done for all.</param>
/// <param name="Calls">Calls made so far.</param>
public readonly record struct ProbeProgress(string Phase, int Class, int Calls);
