using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Numerics;
using PlanForensics.Rules.PyTorch;

namespace PlanForensics.Rules.Feasibility;

/// <summary>The matrix product rules of processor libraries, at one key.</summary>
internal sealed class EngineSpace(FeasibilityQuery query, StepPlatform platform)
{
    private readonly PyTorchEnvironment _environment = PyTorchEnvironment.Of(query.State);

    // Each row: how a family's name begins, the stack it belongs to (null: several), and what a recorded "blas" text must say.
    private static readonly (string Start, string? Stack, string? Blas)[] Owners =
    [
        ("mlas.", "onnxruntime", null), ("ggml.", "llama.cpp", null), ("openblas.", null, "openblas"), ("onemkl.", null, "mkl"), ("onednn.", "torch", null), ("aten.", "torch", null),
    ];

    /// <summary>The entries; one for all where the device is a GPU or the product is not known.</summary>
    public IEnumerable<PlanFeasibility> Judge()
    {
        string count = FormattableString.Invariant($"processor libraries: {EngineCatalog.Gemms.Length} rules");
        if (platform.Device is DeviceKind.NvidiaGpu or DeviceKind.OtherGpu)
            return [new PlanFeasibility(count, "engine", "gemm", null, [FeasibilityCheck.Fails("device", $"they run on processors; the device is {query.State.Device}")])];
        string[] missing = [.. new (bool IsMissing, string Name)[] { (query.Rows is null, "batch_tokens"), (query.Columns is null, query.ColumnsName), (query.Depth is null, "k") }.Where(field => field.IsMissing).Select(field => field.Name)];
        if (missing.Length > 0)
            return [new PlanFeasibility(count, "engine", "gemm", null, [FeasibilityCheck.Open("rule", "a rule answers a known product", missing)])];
        return EngineCatalog.Gemms.Select(Judge);
    }

    private PlanFeasibility Judge(IGemmFamily family)
    {
        List<FeasibilityCheck?> checks = [Device(), Library(family.Name), Core(family.Name), Features(family.Name)];
        if (checks.Any(check => check?.Verdict == FeasibilityVerdict.Infeasible))
            return new PlanFeasibility(family.Name, "engine", "gemm", null, checks.OfType<FeasibilityCheck>().ToValueList());
        NumericFormat output = query.OutputOrOperand == NumericFormat.Bf16 ? NumericFormat.Bf16 : NumericFormat.Fp32;
        bool isWide = query.Operand is null or NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16;
        GemmKey key = new(query.Rows!.Value, query.Columns!.Value, query.Depth!.Value)
        {
            Threads = Threads ?? 1,
            Weights = isWide ? query.Operand ?? NumericFormat.Fp32 : NumericFormat.Fp32,
            Output = output,
            WeightsTransposed = true,
        };
        PlanDecision decision = isWide ? family.PlanFor(key) : PlanDecision.Decline($"operands are {NumericFormats.NameOf(query.Operand!.Value)}");
        if (decision.Plan is null)
            checks.Add(FeasibilityCheck.Open("rule", $"the rule declines: {decision.Reason}"));
        string[] open = [.. new (bool IsMissing, string Name)[] { (query.Operand is null, "operand"), (Threads is null, "thread_count") }.Where(field => field.IsMissing).Select(field => field.Name)];
        if (decision.Plan is not null && open.Length > 0)
            checks.Add(FeasibilityCheck.Open("rule", $"the plan is that of {NumericFormats.NameOf(key.Weights)} weights on {key.Threads} thread{(key.Threads == 1 ? "" : "s")}", open));
        return new PlanFeasibility(family.Name, "engine", "gemm", decision.Plan, checks.OfType<FeasibilityCheck>().ToValueList());
    }

    private int? Threads => _environment.GemmThreads ?? query.State.ThreadCount;

    private FeasibilityCheck? Device() => platform.Device == DeviceKind.Processor ? null : FeasibilityCheck.Open("device", "whether a processor ran the step is not recorded", "device");

    private FeasibilityCheck? Library(string family)
    {
        (string start, string? owner, string? blas) = Owners.FirstOrDefault(entry => family.StartsWith(entry.Start, StringComparison.Ordinal));
        if (start is null)
            return null;
        if (blas is not null)
        {
            if (platform.Stack is "onnxruntime" or "llama.cpp" or "mlx")
                return FeasibilityCheck.Open("library", $"whether {platform.Stack} was built with {blas} is not recorded", "library_versions");
            string? recorded = query.State.LibraryVersions is { } versions && versions.TryGetValue("blas", out string? text) ? text : null;
            return recorded is null ? FeasibilityCheck.Open("library", "the BLAS library is not recorded", "library_versions.blas")
                : recorded.Contains(blas, StringComparison.OrdinalIgnoreCase) ? null
                : FeasibilityCheck.Fails("library", $"the recorded BLAS is {recorded}");
        }

        return platform.Stack is not { } stack ? FeasibilityCheck.Open("library", $"if this is {owner}", "library_versions")
            : stack == owner || (owner == "torch" && stack is "vllm" or "sglang") ? null
            : FeasibilityCheck.Fails("library", $"a kernel of {owner}; the stack is {stack}");
    }

    private FeasibilityCheck? Core(string family)
    {
        if (!family.StartsWith("openblas.", StringComparison.Ordinal))
            return null;
        string core = family.Split('.')[1];
        return _environment.Core is not { } known ? FeasibilityCheck.Open("library", "OpenBLAS's core is not recorded", "library_versions.blas")
            : known == core || !EngineCatalog.Gemms.Any(other => other.Name.StartsWith($"openblas.{known}.", StringComparison.Ordinal)) ? null
            : FeasibilityCheck.Fails("library", $"OpenBLAS ran its {known} kernels ({string.Join("; ", _environment.Evidence)})");
    }

    // The recorder lists avx512f and avx2 wherever the processor has them, so a list with other names but without one of these says that it is absent.
    private FeasibilityCheck? Features(string family)
    {
        if (query.State.CpuFeatures is not { Count: > 0 } features)
            return null;
        string? needed = family.Contains("avx512", StringComparison.Ordinal) || family.Contains("skylakex", StringComparison.Ordinal) || family.Contains("cooperlake", StringComparison.Ordinal) ? "avx512f"
            : family.Contains("avx2", StringComparison.Ordinal) || family.Contains("haswell", StringComparison.Ordinal) || family.Contains("zen", StringComparison.Ordinal) ? "avx2"
            : null;
        bool lacks = needed is not null && !features.Contains(needed) && features.Any(name => name is "avx" or "avx2" or "sse4_2" or "adv_simd");
        return lacks ? FeasibilityCheck.Fails("device", $"needs {needed}; the processor has {string.Join(", ", features)}") : null;
    }
}
