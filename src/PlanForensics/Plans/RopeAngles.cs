namespace PlanForensics.Plans;

/// <summary>How the angle of a pair of a rotary embedding is computed, where cosines and sines are not given.</summary>
public enum RopeAngles
{
    /// <summary><c>fl(position * fl(1 / pow(theta, fl(2i / d))))</c> for pair i of d/2 (<c>table</c>).</summary>
    Table,

    /// <summary>The first angle is the position, each next one <c>fl(angle * pow(theta, fl(-2 / d)))</c>, as ggml computes (<c>recurrence</c>).</summary>
    Recurrence,
}
