namespace PlanForensics.Attribution;

/// <summary>The three controls that a verdict carries.</summary>
public enum ControlKind
{
    /// <summary>The same plan twice gives equal bits (<c>repeat</c>).</summary>
    Repeat,

    /// <summary>Observing every operator, and sharing results by memo, changes no bit (<c>probe</c>).</summary>
    Probe,

    /// <summary>A plan that must differ, differs on this input (<c>negative</c>). Without it an equality proves nothing.</summary>
    Negative,
}
