using System.Collections;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Contracts;

/// <summary>Gathers what this process's surroundings say about the choice of kernels.</summary>
public static class KernelEnvironment
{
    private static readonly string[] Exact =
    [
        "OMP_NUM_THREADS", "OMP_DYNAMIC", "OMP_SCHEDULE", "GOTO_NUM_THREADS", "ONEDNN_MAX_CPU_ISA", "NVIDIA_TF32_OVERRIDE", "GLIBC_TUNABLES",
    ];

    private static readonly string[] Starts =
    [
        "OPENBLAS_", "MKL_", "ATEN_", "DNNL_", "ONEDNN_", "CUBLAS", "CUDNN_", "NCCL_", "RCCL_", "ROCBLAS_", "HIPBLASLT_", "TORCH_", "PYTORCH_",
        "TORCHINDUCTOR_", "TRITON_", "KMP_", "BLIS_", "VLLM_", "SGLANG_", "TLLM_", "FLASHINFER_", "GGML_", "ORT_", "CUDA_", "DOTNET_Enable",
        "PLANFORENSICS_",
    ];

    /// <summary>Whether a variable is one of those that choose kernels, by name. Names are compared ordinally.</summary>
    /// <param name="name">The name of the variable.</param>
    /// <returns>True for OPENBLAS_*, MKL_*, ATEN_*, DNNL_*, ONEDNN_*, CUBLAS*, NCCL_* and the others that docs/contracts.md lists.</returns>
    public static bool Chooses(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Array.IndexOf(Exact, name) >= 0 || Array.Exists(Starts, start => name.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>The variables of this process that choose kernels. Names that say token, key, secret or password are left out.</summary>
    /// <returns>Names and values; empty when none is set.</returns>
    public static ValueMap Capture()
    {
        List<KeyValuePair<string, string>> found = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string name, Value: string value } && Chooses(name) && !IsSecret(name))
                found.Add(new(name, value));
        return new ValueMap(found);
    }

    /// <summary>The processor features of this process that choose kernels, as the runtime reports them, in ordinal order.</summary>
    /// <returns>For example <c>avx, avx2, avx512f, fma</c>.</returns>
    public static ValueList<string> CaptureCpuFeatures()
    {
        (string Name, bool Present)[] features =
        [
            ("adv_simd", AdvSimd.IsSupported), ("arm_dp", Dp.IsSupported), ("avx", Avx.IsSupported), ("avx2", Avx2.IsSupported),
            ("avx512bw", Avx512BW.IsSupported), ("avx512f", Avx512F.IsSupported), ("avx_vnni", AvxVnni.IsSupported), ("fma", Fma.IsSupported),
            ("sse4_2", Sse42.IsSupported),
        ];
        return features.Where(feature => feature.Present).Select(feature => feature.Name).ToValueList();
    }

    private static bool IsSecret(string name) => Array.Exists(
        ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "CREDENTIAL"], word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
