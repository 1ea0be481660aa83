namespace PlanForensics.Plans;

/// <summary>How a matrix unit rounds the exact sum of one block to the accumulator.</summary>
public enum DotRounding
{
    /// <summary>Truncated to 23 fraction bits, binary32 (<c>rz</c>).</summary>
    TowardZeroFp32,

    /// <summary>Truncated to 13 fraction bits, stored as binary32: fp8 on Ada and Hopper (<c>rz13</c>).</summary>
    TowardZeroE8M13,

    /// <summary>Round to nearest even, binary16: fp16 accumulators (<c>rne16</c>).</summary>
    NearestEvenFp16,
}
