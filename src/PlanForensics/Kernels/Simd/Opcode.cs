namespace PlanForensics.Kernels.Simd;

/// <summary>What an instruction of a compiled program does to a slot, which holds one accumulator for each element of a tile.</summary>
internal enum Opcode : byte
{
    /// <summary>Takes ranges of terms.</summary>
    Run,

    /// <summary>Takes ranges of terms, each by an accumulator of its own that is then added.</summary>
    RunBlocks,

    /// <summary>Sets to +0.0.</summary>
    Zero,

    /// <summary>Adds the next slot, and rounds to the format.</summary>
    Add,

    /// <summary>Rounds to the format.</summary>
    Round,

    /// <summary>From binary32 to binary64.</summary>
    Widen,

    /// <summary>From binary64 to the format, with one rounding.</summary>
    Narrow,

    /// <summary>Sets to +0.0, in binary64.</summary>
    ZeroWide,

    /// <summary>Adds the next slot, in binary64.</summary>
    AddWide,
}
