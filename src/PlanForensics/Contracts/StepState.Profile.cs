namespace PlanForensics.Contracts;

// The slow half of s_t: it seldom changes from step to step, so the store keeps it once for all steps that share it.
public sealed partial record StepState
{
    /// <summary>Precision path, in the text form of plans where the engine knows it (<c>bf16*bf16+fp32->bf16</c>), else the engine's own word.</summary>
    public string? PrecisionPath { get; init; }

    /// <summary>Algorithm id of the library (cuBLASLt ALGO_ID, a tactic id, ...), as text.</summary>
    public string? AlgorithmId { get; init; }

    /// <summary>
    /// Configuration vector of the library; for cuBLASLt: ALGO_ID, TILE_ID, SPLITK_NUM, REDUCTION_SCHEME, CTA_SWIZZLING, CUSTOM_OPTION,
    /// STAGES_ID, INNER_SHAPE_ID, CLUSTER_SHAPE_ID.
    /// </summary>
    public ValueList<int>? LibraryConfig { get; init; }

    /// <summary>Kernel name or variant, as the library or the profiler prints it.</summary>
    public string? KernelVariant { get; init; }

    /// <summary>Versions of engine, libraries and driver, by name.</summary>
    public ValueMap? LibraryVersions { get; init; }

    /// <summary>Bytes of workspace given to the library; an input of its choice of algorithm, hence of the bits.</summary>
    public long? WorkspaceBytes { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Bytes that divide the addresses and row pitches of the operands of the step's products; kernels that load 16 bytes at a time need a multiple of 16.</summary>
    public int? OperandAlignmentBytes { get; init => field = ContractCheck.Positive(value); }

    /// <summary>The device, as its driver names it; the processor where there is none.</summary>
    public string? Device { get; init; }

    /// <summary>Streaming multiprocessors (or processor cores) that the step may use.</summary>
    public int? SmCount { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Threads that the step may use, where a processor runs it.</summary>
    public int? ThreadCount { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Isolation mode in the stack's words (<c>none</c>, <c>strict</c>, <c>mig</c>, ...).</summary>
    public string? IsolationMode { get; init; }

    /// <summary>Whether requests of several tenants may share a batch.</summary>
    public bool? CrossTenantBatching { get; init; }

    /// <summary>cuDNN, TF32, benchmark and determinism switches.</summary>
    public MathFlags? MathFlags { get; init; }

    /// <summary>Features of the processor that choose kernels (<c>avx2</c>, <c>avx512f</c>, <c>amx_bf16</c>, ...), in any order.</summary>
    public ValueList<string>? CpuFeatures { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>Environment variables that choose kernels (<see cref="KernelEnvironment"/> gathers them), by name.</summary>
    public ValueMap? Environment { get; init; }

    /// <summary>Canonical text of the execution plan that the engine says it ran. A claim: attribution checks it against the bits.</summary>
    public string? Plan { get; init; }

    /// <summary>SHA-256 of the canonical text of that plan, 64 lower-case hexadecimal digits.</summary>
    public string? PlanFingerprint { get; init => field = ContractCheck.Sha256OrNull(value); }
}
