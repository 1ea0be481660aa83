namespace PlanForensics.Rules.Feasibility;

/// <summary>Whose memory partial results take.</summary>
public enum WorkspacePool
{
    /// <summary>None is taken.</summary>
    None,

    /// <summary>The workspace that is given to a library (<c>workspace_bytes</c>).</summary>
    Library,

    /// <summary>Free device memory (<c>vram_free_mb</c>).</summary>
    Device,
}
