namespace PlanForensics.Contracts;

/// <summary>Switches of a framework that choose kernels or precision; null where not recorded. Names follow PyTorch's.</summary>
public sealed record MathFlags : ExtensibleRecord
{
    /// <summary>Whether cuDNN may be used (<c>torch.backends.cudnn.enabled</c>).</summary>
    public bool? CudnnEnabled { get; init; }

    /// <summary>Whether cuDNN is held to deterministic algorithms (<c>torch.backends.cudnn.deterministic</c>).</summary>
    public bool? CudnnDeterministic { get; init; }

    /// <summary>Whether cuDNN times algorithms and takes the fastest (<c>torch.backends.cudnn.benchmark</c>).</summary>
    public bool? CudnnBenchmark { get; init; }

    /// <summary>Whether cuDNN may round fp32 operands to TF32 (<c>torch.backends.cudnn.allow_tf32</c>).</summary>
    public bool? CudnnTf32 { get; init; }

    /// <summary>Whether matrix products may round fp32 operands to TF32 (<c>torch.backends.cuda.matmul.allow_tf32</c>).</summary>
    public bool? MatmulTf32 { get; init; }

    /// <summary>Whether bf16 products may be reduced in bf16 (<c>allow_bf16_reduced_precision_reduction</c>).</summary>
    public bool? Bf16ReducedPrecisionReduction { get; init; }

    /// <summary>Whether fp16 products may be reduced in fp16 (<c>allow_fp16_reduced_precision_reduction</c>).</summary>
    public bool? Fp16ReducedPrecisionReduction { get; init; }

    /// <summary>Whether operators without a deterministic algorithm are refused (<c>torch.use_deterministic_algorithms</c>).</summary>
    public bool? DeterministicAlgorithms { get; init; }

    /// <summary>Whether kernels are autotuned at run time (Triton, cuBLASLt autotune, <c>torch.compile(mode="max-autotune")</c>).</summary>
    public bool? Autotune { get; init; }

    /// <summary>Whether the engine claims batch-invariant kernels.</summary>
    public bool? BatchInvariant { get; init; }
}
