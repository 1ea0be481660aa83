namespace PlanForensics.Rules.KernelNames;

/// <summary>What a kernel computes, as far as its name says.</summary>
public enum KernelOperator
{
    /// <summary>Matrix product.</summary>
    Gemm,

    /// <summary>Matrix-vector product.</summary>
    Gemv,

    /// <summary>Second kernel of a split-K product: adds the partial results.</summary>
    SplitKReduce,

    /// <summary>Inner product of two vectors.</summary>
    Dot,

    /// <summary>Any other reduction.</summary>
    Reduce,

    /// <summary>Attention.</summary>
    Attention,

    /// <summary>Second kernel of split-KV attention: merges the partial results.</summary>
    AttentionCombine,

    /// <summary>Gradient of attention.</summary>
    AttentionBackward,

    /// <summary>Attention with a recurrent state instead of keys.</summary>
    LinearAttention,

    /// <summary>RMSNorm or LayerNorm, with or without a residual add.</summary>
    Norm,

    /// <summary>Softmax or log-softmax.</summary>
    Softmax,

    /// <summary>Sum over ranks, result on all.</summary>
    AllReduce,

    /// <summary>Concatenation over ranks.</summary>
    AllGather,

    /// <summary>Sum over ranks, each keeps a part.</summary>
    ReduceScatter,

    /// <summary>Sum over ranks, one keeps it.</summary>
    ReduceToOne,

    /// <summary>One rank to all.</summary>
    Broadcast,

    /// <summary>Point to point.</summary>
    SendReceive,

    /// <summary>A communication kernel that does not say which collective it runs.</summary>
    Collective,

    /// <summary>Activation function, gated or not.</summary>
    Activation,

    /// <summary>Rotary position embedding.</summary>
    Rope,

    /// <summary>Writes keys and values into their cache.</summary>
    KvCacheWrite,

    /// <summary>Convolution.</summary>
    Convolution,

    /// <summary>Quantises values.</summary>
    Quantize,

    /// <summary>Dequantises values.</summary>
    Dequantize,

    /// <summary>Elementwise work: no order to lose.</summary>
    Pointwise,

    /// <summary>Bookkeeping of a serving engine.</summary>
    SlotMapping,
}
