namespace PlanForensics.Plans;

/// <summary>How GELU is computed.</summary>
public enum GeluForm
{
    /// <summary>By tanh in binary32 (<c>tanh</c>).</summary>
    Tanh,

    /// <summary>ggml's table of 65,536 fp16 results at the fp16 value nearest to x (<c>fp16_table</c>).</summary>
    Fp16Table,

    /// <summary>The same table filled by code without FMA: one entry is another (<c>fp16_table_unfused</c>).</summary>
    Fp16TableUnfused,
}
