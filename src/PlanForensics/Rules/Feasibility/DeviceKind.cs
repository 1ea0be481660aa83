namespace PlanForensics.Rules.Feasibility;

/// <summary>What a step ran on.</summary>
public enum DeviceKind
{
    /// <summary>Not recorded, or a name that is not known.</summary>
    Unknown,

    /// <summary>An NVIDIA GPU.</summary>
    NvidiaGpu,

    /// <summary>Another vendor's GPU or accelerator.</summary>
    OtherGpu,

    /// <summary>A processor.</summary>
    Processor,
}
