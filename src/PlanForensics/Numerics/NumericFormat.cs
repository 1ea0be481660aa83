namespace PlanForensics.Numerics;

/// <summary>A storage or arithmetic format of one number. Canonical names (<see cref="NumericFormats"/>) are lower case: <c>fp32</c>, <c>bf16</c>, ...</summary>
public enum NumericFormat
{
    /// <summary>IEEE 754 binary32: 8 exponent bits, 23 fraction bits.</summary>
    Fp32,

    /// <summary>IEEE 754 binary64: 11 exponent bits, 52 fraction bits.</summary>
    Fp64,

    /// <summary>NVIDIA TF32: binary32 with 10 fraction bits, stored in 32 bits.</summary>
    Tf32,

    /// <summary>bfloat16: the upper half of binary32, 8 exponent bits, 7 fraction bits.</summary>
    Bf16,

    /// <summary>IEEE 754 binary16: 5 exponent bits, 10 fraction bits.</summary>
    Fp16,

    /// <summary>OCP FP8 E4M3 (the "fn" variant): no infinities, one NaN pattern per sign, largest finite 448.</summary>
    Fp8E4M3,

    /// <summary>OCP FP8 E5M2: IEEE-like with infinities and NaNs, largest finite 57344.</summary>
    Fp8E5M2,

    /// <summary>Two's complement 8-bit integer.</summary>
    Int8,

    /// <summary>Two's complement 32-bit integer.</summary>
    Int32,
}
