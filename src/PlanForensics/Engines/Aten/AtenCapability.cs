namespace PlanForensics.Engines.Aten;

/// <summary>The code that ATen dispatches to (<c>ATEN_CPU_CAPABILITY</c>); it decides lanes and exponentials.</summary>
public enum AtenCapability
{
    /// <summary>AVX2: 8 lanes, Sleef.</summary>
    Avx2,

    /// <summary>AVX-512: 16 lanes, Sleef.</summary>
    Avx512,

    /// <summary>No vector instructions: 8 lanes of an array, glibc.</summary>
    Default,
}
