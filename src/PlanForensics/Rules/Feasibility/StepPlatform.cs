using System.Globalization;
using PlanForensics.Contracts;

namespace PlanForensics.Rules.Feasibility;

/// <summary>What a step's state says about the device, the libraries and the memory it had. What it does not say is null.</summary>
public sealed record StepPlatform
{
    // Engines by the names under which versions are recorded; the first that is there names the stack, so an engine stands before what it is built on.
    private static readonly (string Stack, string[] Names)[] Stacks =
    [
        ("vllm", ["vllm"]), ("sglang", ["sglang"]), ("tensorrt_llm", ["tensorrt_llm", "tensorrt-llm", "trtllm"]), ("pegainfer", ["pegainfer"]),
        ("llama.cpp", ["llama.cpp", "llama_cpp", "llama-cpp", "ggml"]), ("mlx", ["mlx", "mlx_lm"]), ("onnxruntime", ["onnxruntime", "ort"]), ("torch", ["torch", "pytorch"]),
    ];

    private StepPlatform()
    {
    }

    /// <summary>The names of stacks, an engine before what it is built on.</summary>
    public static ValueList<string> StackNames { get; } = Stacks.Select(entry => entry.Stack).ToValueList();

    /// <summary>Kind of device, from its name.</summary>
    public DeviceKind Device { get; private init; }

    /// <summary>NVIDIA's compute capability times ten (90 for an H100), from the device's name or a recorded <c>compute_capability</c>.</summary>
    public int? ComputeCapability { get; private init; }

    /// <summary>The serving stack: <c>vllm</c>, <c>sglang</c>, <c>tensorrt_llm</c>, <c>pegainfer</c>, <c>llama.cpp</c>, <c>mlx</c>, <c>onnxruntime</c> or <c>torch</c>.</summary>
    public string? Stack { get; private init; }

    /// <summary>cuBLASLt's <c>major.minor</c>.</summary>
    public string? CublasLtVersion { get; private init; }

    /// <summary>Most bytes of workspace that a library's product could take.</summary>
    public long? WorkspaceLimitBytes { get; private init; }

    /// <summary>Which record <see cref="WorkspaceLimitBytes"/> is from.</summary>
    public string? WorkspaceEvidence { get; private init; }

    /// <summary>Reads a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="stack">The stack, where it is known from elsewhere; null to read it from the library versions.</param>
    /// <returns>What it says.</returns>
    public static StepPlatform Of(StepState state, string? stack = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ValueMap versions = state.LibraryVersions ?? ValueMap.Empty;
        int? capability = Stated(versions) ?? (state.Device is { } name ? GpuModel.CapabilityOf(name) : null);
        (long? limit, string? evidence) = Workspace(state);
        return new StepPlatform
        {
            Device = capability is not null ? DeviceKind.NvidiaGpu : state.Device is { } device ? GpuModel.KindOf(device) : DeviceKind.Unknown,
            ComputeCapability = capability,
            Stack = stack ?? Stacks.FirstOrDefault(entry => entry.Names.Any(versions.ContainsKey)).Stack,
            CublasLtVersion = MajorMinor(Find(versions, "cublaslt", "cublas_lt", "cublasLt", "libcublasLt", "cublas", "libcublas")),
            WorkspaceLimitBytes = limit,
            WorkspaceEvidence = evidence,
        };
    }

    private static string? Find(ValueMap versions, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (versions.TryGetValue(name, out string? value))
                return value;
        return null;
    }

    private static int? Stated(ValueMap versions)
    {
        if (Find(versions, "compute_capability", "cc", "sm") is not { } text)
            return null;
        string digits = text.Replace("sm_", "", StringComparison.OrdinalIgnoreCase).Replace(".", "", StringComparison.Ordinal);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int capability) && capability is >= 10 and < 1000 ? capability : null;
    }

    /// <summary><c>13.1.1</c> and the library's own number 130101 both give <c>13.1</c>.</summary>
    private static string? MajorMinor(string? version)
    {
        if (version is null)
            return null;
        string[] parts = version.Split('.');
        if (parts.Length == 1 && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 100_000)
            return string.Create(CultureInfo.InvariantCulture, $"{number / 10_000}.{number / 100 % 100}");
        return parts.Length >= 2 && parts[..2].All(part => part.Length > 0 && part.All(char.IsAsciiDigit)) ? $"{parts[0]}.{parts[1]}" : null;
    }

    // What was offered and what was free are both upper bounds. Variables bound it only together: either library may have made the product.
    private static (long? Bytes, string? Evidence) Workspace(StepState state)
    {
        if (state.WorkspaceBytes is { } given && (state.WorkspaceFreeBytes is not { } free || given <= free))
            return (given, "workspace_bytes");
        if (state.WorkspaceFreeBytes is { } left)
            return (left, "workspace_free_bytes");
        if (state.Environment is { } variables && variables.TryGetValue("CUBLAS_WORKSPACE_CONFIG", out string? config) && Configured(config) is { } cublas
            && variables.TryGetValue("CUBLASLT_WORKSPACE_SIZE", out string? size) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes) && kibibytes < 1L << 40)
            return (Math.Max(cublas, kibibytes * 1024), "CUBLAS_WORKSPACE_CONFIG and CUBLASLT_WORKSPACE_SIZE");
        return (null, null);
    }

    /// <summary><c>:SIZE:COUNT[:SIZE:COUNT...]</c>, sizes in KiB.</summary>
    private static long? Configured(string config)
    {
        string[] parts = config.Split(':');
        if (parts.Length < 3 || parts[0].Length != 0 || parts.Length % 2 != 1)
            return null;
        long total = 0;
        for (int index = 1; index < parts.Length; index += 2)
        {
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int size) || !int.TryParse(parts[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int count))
                return null;
            total += (long)size * count * 1024;
        }

        return total;
    }
}
