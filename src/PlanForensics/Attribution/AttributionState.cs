namespace PlanForensics.Attribution;

/// <summary>What an attribution can say.</summary>
public enum AttributionState
{
    /// <summary>Exactly one class of plans reproduces every comparable step (<c>identified</c>).</summary>
    Identified,

    /// <summary>Several classes do; the verdict says what would separate them (<c>ambiguous</c>).</summary>
    Ambiguous,

    /// <summary>No candidate does; the verdict names the nearest (<c>unexplained</c>).</summary>
    Unexplained,

    /// <summary>Nothing was recorded, or nothing could be replayed, that could be compared (<c>not_comparable</c>).</summary>
    NotComparable,

    /// <summary>A control failed: what the comparison said must not be believed (<c>control_failed</c>).</summary>
    ControlFailed,
}
