namespace PlanForensics.Kernels.Simd;

/// <summary>What a run of terms starts its accumulator with.</summary>
internal enum ChainStart : byte
{
    /// <summary>The first term, without an addition.</summary>
    FirstTerm,

    /// <summary>+0.0.</summary>
    Zero,

    /// <summary>The value that is stored already.</summary>
    Stored,
}
