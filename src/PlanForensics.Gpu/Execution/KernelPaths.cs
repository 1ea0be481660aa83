namespace PlanForensics.Gpu.Execution;

/// <summary>Which specialised kernels may stand in for the interpreter.</summary>
[Flags]
internal enum KernelPaths
{
    /// <summary>The interpreter alone.</summary>
    None = 0,

    /// <summary>Tiled products.</summary>
    Tiles = 1,

    /// <summary>A warp for each output.</summary>
    Warps = 2,

    /// <summary>A group for each row of a norm.</summary>
    Groups = 4,

    /// <summary>Matrix units.</summary>
    MatrixUnits = 8,

    /// <summary>Attention in one launch.</summary>
    FusedAttention = 16,

    /// <summary>Slices of a tiled product that take turns at the output instead of going to a workspace; goes with <see cref="Tiles"/>.</summary>
    Turnstile = 32,

    /// <summary>All of them.</summary>
    All = Tiles | Warps | Groups | MatrixUnits | FusedAttention | Turnstile,
}
