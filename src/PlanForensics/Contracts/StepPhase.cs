namespace PlanForensics.Contracts;

/// <summary>What a step does for its request.</summary>
public enum StepPhase
{
    /// <summary>Reads prompt tokens (<c>prefill</c>): the whole prompt, or one chunk of it.</summary>
    Prefill,

    /// <summary>Continues the completion (<c>decode</c>).</summary>
    Decode,
}
