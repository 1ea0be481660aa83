namespace PlanForensics.Rules.Serving;

/// <summary>Families of GPUs that llama.cpp's matrix-vector kernel tells apart.</summary>
public enum LlamaCppArchitecture
{
    /// <summary>NVIDIA and all others.</summary>
    Generic,

    /// <summary>AMD GCN and CDNA.</summary>
    Gcn,

    /// <summary>AMD RDNA2 and later.</summary>
    Rdna2,
}
