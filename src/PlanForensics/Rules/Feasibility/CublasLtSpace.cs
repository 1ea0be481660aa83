using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Rules.Feasibility;

/// <summary>Every configuration that a measured profile of cuBLASLt knows, at one shape; configurations that add up alike are one entry.</summary>
internal sealed class CublasLtSpace(FeasibilityQuery query, StepPlatform platform, PlanConstraints constraints)
{
    private const int TmaBytes = 16;

    /// <summary>The entries; one for all where the profiles do not apply or the product is not known.</summary>
    public IEnumerable<PlanFeasibility> Judge()
    {
        foreach (string name in CublasLtProfiles.Names)
        {
            CublasLtProfile profile = CublasLtProfiles.Get(name);
            foreach (PlanFeasibility entry in Applies(profile) is { Verdict: FeasibilityVerdict.Infeasible } fails ? [Whole(name, fails)] : Judge(name, profile))
                yield return entry;
        }
    }

    private static PlanFeasibility Whole(string profile, FeasibilityCheck check) => new($"{profile}: every configuration", "cublaslt", "gemm", null, [check]);

    /// <summary>Whether a profile was measured on what ran: architecture, library version, multiprocessors.</summary>
    private FeasibilityCheck? Applies(CublasLtProfile profile)
    {
        if (platform.Device is DeviceKind.Processor or DeviceKind.OtherGpu)
            return FeasibilityCheck.Fails("device", $"cuBLASLt runs on NVIDIA GPUs; the device is {query.State.Device}");
        if (platform.ComputeCapability is { } capability && profile.ComputeCapability is { } measured && capability != measured)
            return FeasibilityCheck.Fails("device", string.Create(CultureInfo.InvariantCulture, $"measured on sm_{measured}; the device is sm_{capability}"));
        if (platform.Stack is "llama.cpp" or "mlx" or "onnxruntime")
            return FeasibilityCheck.Open("library", $"whether {platform.Stack} asked cuBLASLt is not recorded", "library_versions");
        string version = string.Join('.', profile.MeasuredVersion.Split('.').Take(2));
        if (platform.CublasLtVersion is { } ran && ran != version)
            return FeasibilityCheck.Open("library", $"measured on cuBLASLt {version}, recorded {ran}: its tables need not hold");
        if (query.State.SmCount is { } count && profile.SmCount is { } whole && count != whole)
            return FeasibilityCheck.Open("device", string.Create(CultureInfo.InvariantCulture, $"measured with {whole} multiprocessors, recorded {count}: the library may choose and cut otherwise"));
        string[] missing = [.. Names((platform.ComputeCapability is null, "device"), (platform.CublasLtVersion is null, "library_versions"), (query.State.SmCount is null, "sm_count"))];
        return missing.Length > 0 ? FeasibilityCheck.Open("library", $"measured on sm_{profile.ComputeCapability} with cuBLASLt {version}", missing) : null;
    }

    private IEnumerable<PlanFeasibility> Judge(string name, CublasLtProfile profile)
    {
        CublasLtKind? kind = query.Operand switch
        {
            NumericFormat.Fp16 => CublasLtKind.Fp16,
            NumericFormat.Bf16 => CublasLtKind.Bf16,
            NumericFormat.Fp8E4M3 => CublasLtKind.Fp8,
            _ => null,
        };
        string[] missing = [.. Names((query.Operand is null, "operand"), (query.Rows is null, "batch_tokens"), (query.Columns is null, query.ColumnsName), (query.Depth is null, "k"))];
        if (missing.Length > 0)
            return [Whole(name, FeasibilityCheck.Open("rule", "a configuration means an order only for a known product", missing))];
        if (kind is not { } known)
            return [Whole(name, FeasibilityCheck.Open("rule", $"no configuration was measured for {NumericFormats.NameOf(query.Operand!.Value)} operands"))];
        CublasLtConfig? recorded = query.State.LibraryConfig is { Count: CublasLtConfig.Length } vector ? CublasLtConfig.FromVector([.. vector.Select(value => (int?)value)]) : null;
        IEnumerable<(string Name, CublasLtConfig Config)> all = recorded is null ? Configurations(profile) : Configurations(profile).Prepend((Text(profile, recorded), recorded));
        return all
            .Select(entry => (entry.Name, IsRecorded: entry.Config == recorded, Decision: CublasLtPlanner.Plan(profile, query.Rows!.Value, query.Columns!.Value, query.Depth!.Value, known, entry.Config)))
            .GroupBy(entry => entry.Decision.IsPlanned ? (object)(entry.Decision.Plan with { AlgoId = 0 }) : entry.Decision.Reason)
            .Select(group => Entry(name, profile, known, [.. group]));
    }

    private PlanFeasibility Entry(string profileName, CublasLtProfile profile, CublasLtKind kind, (string Name, bool IsRecorded, CublasLtDecision Decision)[] group)
    {
        CublasLtDecision decision = group[0].Decision;
        GemmPlan? plan = null;
        List<FeasibilityCheck?> checks = [Applies(profile)];
        if (!decision.IsPlanned)
        {
            checks.Add(Declined(decision.Reason, group.Any(entry => entry.IsRecorded)));
        }
        else
        {
            try
            {
                plan = CublasLtLowering.FindGemmPlan(decision.Plan, profile, kind, query.Depth!.Value, query.OutputOrOperand is NumericFormat.Fp32 or NumericFormat.Fp16 or NumericFormat.Bf16 ? query.OutputOrOperand.Value : NumericFormat.Bf16);
                checks.Add(Alignment(profile, decision.Plan, kind));
                checks.Add(Partials(decision.Plan) is { } need ? constraints.Workspace(need, isExact: true) : null);
            }
            catch (PlanNotSupportedException exception)
            {
                checks.Add(FeasibilityCheck.Open("rule", exception.Reason));
            }
        }

        return new PlanFeasibility($"{profileName}: {group[0].Name}", "cublaslt", "gemm", plan, checks.OfType<FeasibilityCheck>().ToValueList())
        {
            Aliases = group.Skip(1).Select(entry => entry.Name).ToValueList(),
            IsRecorded = group.Any(entry => entry.IsRecorded),
        };
    }

    /// <summary>A cut without terms and a gemv kernel on another shape cannot run; what a table lacks is merely not known, and what was recorded did run.</summary>
    private static FeasibilityCheck Declined(string reason, bool isRecorded) =>
        isRecorded ? FeasibilityCheck.Open("rule", $"{reason}, but it is the recorded configuration")
        : reason == "chunk out of range" || reason.Contains("non-gemv shape", StringComparison.Ordinal) || reason.StartsWith("unsupported fp8", StringComparison.Ordinal)
            || reason.StartsWith("unsupported SPLITK_NUM", StringComparison.Ordinal) || reason.Contains("this kernel handles", StringComparison.Ordinal)
            ? FeasibilityCheck.Fails("rule", reason)
            : FeasibilityCheck.Open("rule", reason);

    private FeasibilityCheck? Alignment(CublasLtProfile profile, CublasLtPlan plan, CublasLtKind kind)
    {
        if (profile.Families[plan.AlgoId] != CublasLtFamily.Nvjet)
            return null;
        int row = query.Depth!.Value * NumericFormats.BytesPerElement(CublasLtKinds.OperandOf(kind));
        return query.State.OperandAlignmentBytes switch
        {
            { } aligned when aligned % TmaBytes != 0 => FeasibilityCheck.Fails("alignment", string.Create(CultureInfo.InvariantCulture, $"nvjet loads by TMA: addresses and pitches of {TmaBytes} bytes; operands are aligned to {aligned}")),
            { } aligned => FeasibilityCheck.Holds("alignment", string.Create(CultureInfo.InvariantCulture, $"operands are aligned to {aligned} bytes")),
            null => FeasibilityCheck.Open("alignment", string.Create(CultureInfo.InvariantCulture, $"nvjet needs addresses and pitches of {TmaBytes} bytes (a dense row has {row})"), "operand_alignment_bytes"),
        };
    }

    private WorkspaceNeed? Partials(CublasLtPlan plan)
    {
        long outputs = (long)query.Rows!.Value * query.Columns!.Value;
        int output = query.OutputOrOperand is { } format ? NumericFormats.BytesPerElement(format) : 2;
        return plan switch
        {
            SplitPlan split => Need(query.Depth!.Value, split.KChunk, 4),
            SplitBlocksPlan { Splits: > 1 } blocks => Need(query.Depth!.Value, blocks.KChunk, 4),
            SplitKGroupsPlan groups when groups.Merge != SplitKMerge.Serial => Need(query.Depth!.Value, groups.KChunk, groups.Merge == SplitKMerge.OutputWorkspace ? output : 4),
            GemvLanesPlan { Splits: > 1 } lanes => Need(lanes.Splits, 1, 4),
            GemvBlocksPlan { Blocks: > 1 } blocks => Need(blocks.Blocks, 1, 4),
            _ => null,
        };

        WorkspaceNeed Need(long whole, long chunk, int size)
        {
            long slices = (whole + chunk - 1) / chunk;
            return new WorkspaceNeed(
                slices * outputs * size, string.Create(CultureInfo.InvariantCulture, $"{slices} slices x {query.Rows} x {query.Columns} x {size} bytes"), WorkspacePool.Library);
        }
    }

    private IEnumerable<(string Name, CublasLtConfig Config)> Configurations(CublasLtProfile profile)
    {
        foreach ((int algo, CublasLtFamily family) in profile.Families.OrderBy(entry => entry.Key))
        {
            CublasLtConfig basis = new() { AlgoId = algo };
            IEnumerable<CublasLtConfig> own = family switch
            {
                CublasLtFamily.Nvjet => from stage in Stages(profile, family) from splits in query.Splits select basis with { StagesId = stage, SplitKNumber = splits },
                CublasLtFamily.Cutlass => from stage in Stages(profile, family) from splits in query.Splits
                                          from scheme in splits == 1 ? Enumerable.Range(0, 1).Order() : profile.Merges.GroupBy(merge => merge.Value).Select(merge => merge.Min(entry => entry.Key)).Order()
                                          select basis with { StagesId = stage, SplitKNumber = splits, ReductionScheme = scheme },
                CublasLtFamily.GemmSn => profile.GemmSnRecipes.Keys.Where(key => key.AlgoId == algo).Select(key => key.CustomOption).Order().Select(option => basis with { CustomOption = option, SplitKNumber = 1 }),
                _ when algo == 14 => query.Splits.Select(splits => basis with { SplitKNumber = splits }),
                _ => profile.GemvLanes.Keys.Concat(profile.GemvSlices.Keys).Where(key => key.AlgoId == algo).Select(key => key.CustomOption).Distinct().Order().Select(option => basis with { CustomOption = option, SplitKNumber = 1 }),
            };
            foreach (CublasLtConfig config in own)
                yield return (Text(profile, config), config);
        }
    }

    private static IOrderedEnumerable<int> Stages(CublasLtProfile profile, CublasLtFamily family) => profile.Stages.Keys.Where(key => key.Family == family).Select(key => key.StagesId).Order();

    private static string Text(CublasLtProfile profile, CublasLtConfig config)
    {
        string family = config.AlgoId is { } algo && profile.Families.TryGetValue(algo, out CublasLtFamily known) ? known.ToString().ToLowerInvariant() : "unknown";
        string text = string.Create(CultureInfo.InvariantCulture, $"{family} algo_id={config.AlgoId}");
        foreach ((string name, int? value) in new[] { ("split_k", config.Splits == 1 ? null : config.SplitKNumber), ("reduction_scheme", config.Splits == 1 ? null : config.ReductionScheme), ("custom_option", config.CustomOption), ("stages_id", config.StagesId) })
            if (value is { } number)
                text += string.Create(CultureInfo.InvariantCulture, $" {name}={number}");
        return text;
    }

    private static IEnumerable<string> Names(params IEnumerable<(bool IsMissing, string Name)> fields) => fields.Where(field => field.IsMissing).Select(field => field.Name);
}
