using System.Text.RegularExpressions;
using PlanForensics.Contracts;
using PlanForensics.Engines.Aten;

namespace PlanForensics.Rules.PyTorch;

/// <summary>What a recorded environment says about the kernels of a PyTorch process: OpenBLAS's core, ATen's capability, oneDNN's instruction set. What it does not say stays open.</summary>
/// <remarks>
/// Libraries report what they chose (<c>core Haswell</c>, <c>ATen capability AVX2</c>, <c>max ISA ...</c>): that is believed first. Then the variables OPENBLAS_CORETYPE, ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA and
/// DNNL_MAX_CPU_ISA. Where the environment was recorded and a variable is not in it, ATen 1.13 runs AVX2 and oneDNN what the processor has; OpenBLAS's core then follows from the processor
/// only where its features were recorded (avx512_bf16: Cooperlake; AVX-512: SkylakeX).
/// </remarks>
public sealed partial record PyTorchEnvironment
{
    private PyTorchEnvironment()
    {
    }

    /// <summary>An environment that says nothing.</summary>
    public static PyTorchEnvironment Unknown { get; } = new();

    /// <summary>OpenBLAS's core in lower case, for example <c>haswell</c>; null when it is open.</summary>
    public string? Core { get; private init; }

    /// <summary>ATen's capability; null when it is open.</summary>
    public AtenCapability? Capability { get; private init; }

    /// <summary>Whether oneDNN uses bf16 instructions; null when it is open.</summary>
    public bool? HasNativeBf16 { get; private init; }

    /// <summary>Threads of OpenBLAS; null when they are open (it takes one for each processor).</summary>
    public int? GemmThreads { get; private init; }

    /// <summary>Where each finding comes from, for reports.</summary>
    public ValueList<string> Evidence { get; private init; } = [];

    /// <summary>Whether nothing is known.</summary>
    public bool IsUnknown => Core is null && Capability is null && HasNativeBf16 is null;

    /// <summary>Reads a step's state.</summary>
    /// <param name="state">The state; its library versions and environment are read.</param>
    /// <returns>What they say.</returns>
    public static PyTorchEnvironment Of(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Of(state.LibraryVersions ?? ValueMap.Empty, state.Environment, state.CpuFeatures);
    }

    /// <summary>Reads recorded versions and variables.</summary>
    /// <param name="versions">What the libraries report, by name (torch, blas, blas_threads, onednn, cpu).</param>
    /// <param name="environment">The recorded variables; null when none were recorded.</param>
    /// <param name="cpuFeatures">Features of the processor, or null.</param>
    /// <returns>What they say.</returns>
    public static PyTorchEnvironment Of(ValueMap versions, ValueMap? environment, ValueList<string>? cpuFeatures = null)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var evidence = new List<string>();
        string processor = string.Join(' ', [versions.TryGetValue("cpu", out string? cpu) ? cpu : "", .. cpuFeatures ?? []]).ToLowerInvariant();
        string? core = Find(versions, "blas", CorePattern(), evidence) ?? Variable(environment, evidence, "OPENBLAS_CORETYPE")
            ?? Processor(environment, processor, evidence);
        AtenCapability? capability = Level(Find(versions, "torch", CapabilityPattern(), evidence) ?? Variable(environment, evidence, "ATEN_CPU_CAPABILITY"));
        if (capability is null && environment is not null)
        {
            capability = AtenCapability.Avx2;
            evidence.Add("ATEN_CPU_CAPABILITY unset: ATen 1.13 runs AVX2");
        }

        string? isa = Variable(environment, evidence, "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA") ?? Find(versions, "onednn", IsaPattern(), evidence);
        return new PyTorchEnvironment { Core = core?.ToLowerInvariant(), Capability = capability, HasNativeBf16 = Native(isa, environment, processor), GemmThreads = Threads(versions, environment, evidence), Evidence = evidence.ToValueList() };
    }

    /// <summary>Words for reports.</summary>
    /// <returns>For example <c>core haswell, aten.avx2, native bf16</c>.</returns>
    public override string ToString() => IsUnknown ? "nothing recorded: all families compete" : string.Join("; ", Evidence);

    private static string? Find(ValueMap versions, string library, Regex pattern, List<string> evidence)
    {
        if (!versions.TryGetValue(library, out string? text) || pattern.Match(text) is not { Success: true } match)
            return null;
        evidence.Add($"{library}: {match.Value}");
        return match.Groups[1].Value;
    }

    private static string? Variable(ValueMap? environment, List<string> evidence, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (environment is null || !environment.TryGetValue(name, out string? value) || value.Length == 0)
                continue;
            evidence.Add($"{name}={value}");
            return value;
        }

        return null;
    }

    /// <summary>What the library reports. A variable is only an upper bound, OpenBLAS takes no more threads than there are processors; so it decides when it says one.</summary>
    private static int? Threads(ValueMap versions, ValueMap? environment, List<string> evidence) =>
        int.TryParse(Find(versions, "blas_threads", CountPattern(), evidence), out int reported) ? reported
            : Variable(environment, evidence, "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS") == "1" ? 1
            : null;

    private static string? Processor(ValueMap? environment, string processor, List<string> evidence)
    {
        string? core = environment is null ? null
            : processor.Contains("avx512_bf16", StringComparison.Ordinal) || processor.Contains("avx512bf16", StringComparison.Ordinal) ? "cooperlake"
            : processor.Contains("avx-512", StringComparison.Ordinal) || processor.Contains("avx512", StringComparison.Ordinal) ? "skylakex"
            : null;
        if (core is not null)
            evidence.Add($"OPENBLAS_CORETYPE unset on a processor that OpenBLAS runs as {core}");
        return core;
    }

    private static AtenCapability? Level(string? text) => text?.ToLowerInvariant() switch
    {
        "avx512" => AtenCapability.Avx512,
        "avx2" => AtenCapability.Avx2,
        "default" or "no" => AtenCapability.Default,
        _ => null,
    };

    private static bool? Native(string? isa, ValueMap? environment, string processor)
    {
        bool? capable = processor.Length == 0 ? null : processor.Contains("bf16", StringComparison.Ordinal);
        return isa?.ToLowerInvariant() switch
        {
            "avx512_core" or "avx512_core_vnni" => false,
            "avx512_core_bf16" or "avx512_core_amx" => capable ?? true,
            "default" or "all" => capable,
            null when environment is not null => capable,
            _ => null,
        };
    }

    [GeneratedRegex(@"^([1-9][0-9]{0,5})$")]
    private static partial Regex CountPattern();

    [GeneratedRegex(@"\bcore (\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex CorePattern();

    [GeneratedRegex(@"\bcapability (\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex CapabilityPattern();

    [GeneratedRegex(@"\bmax ISA (\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex IsaPattern();
}
