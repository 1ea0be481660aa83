namespace PlanForensics.Plans;

/// <summary>What an operator does in a decoder; plans are assigned to a role in a layer and a phase.</summary>
public enum OperatorRole
{
    /// <summary>Token embedding lookup (<c>embedding</c>).</summary>
    Embedding,

    /// <summary>Addition of learned positions, GPT-2 family (<c>position_add</c>).</summary>
    PositionAdd,

    /// <summary>Norm before attention (<c>attention_norm</c>).</summary>
    AttentionNorm,

    /// <summary>Query projection (<c>q_proj</c>).</summary>
    QueryProjection,

    /// <summary>Key projection (<c>k_proj</c>).</summary>
    KeyProjection,

    /// <summary>Value projection (<c>v_proj</c>).</summary>
    ValueProjection,

    /// <summary>Rotary position embedding of queries and keys (<c>rope</c>).</summary>
    Rope,

    /// <summary>Scores, softmax and weighted values (<c>attention</c>).</summary>
    Attention,

    /// <summary>Attention output projection (<c>o_proj</c>).</summary>
    OutputProjection,

    /// <summary>Residual addition after attention (<c>attention_residual</c>).</summary>
    AttentionResidual,

    /// <summary>Norm before the MLP (<c>mlp_norm</c>).</summary>
    MlpNorm,

    /// <summary>Gate projection, SwiGLU (<c>gate_proj</c>).</summary>
    GateProjection,

    /// <summary>Up projection; the first MLP matrix of GPT-2 (<c>up_proj</c>).</summary>
    UpProjection,

    /// <summary>SiLU(gate) x up, or GELU (<c>activation</c>).</summary>
    Activation,

    /// <summary>Down projection; the second MLP matrix of GPT-2 (<c>down_proj</c>).</summary>
    DownProjection,

    /// <summary>Residual addition after the MLP (<c>mlp_residual</c>).</summary>
    MlpResidual,

    /// <summary>Norm after the last layer (<c>final_norm</c>).</summary>
    FinalNorm,

    /// <summary>Logits (<c>lm_head</c>).</summary>
    LmHead,

    /// <summary>Greedy choice of the token (<c>argmax</c>).</summary>
    Argmax,
}
