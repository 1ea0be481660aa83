using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>The constraints that a plan itself brings: the device's matrix unit, the workspace, switches of the framework, ranks.</summary>
internal sealed class PlanConstraints(FeasibilityQuery query, StepPlatform platform)
{
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>Asks every constraint that concerns the plan. A plan of another kind than these brings none.</summary>
    public IEnumerable<FeasibilityCheck> Of(OperatorPlan plan)
    {
        FeasibilityCheck?[] checks = plan switch
        {
            GemmPlan gemm => [MatrixUnit(gemm.Step, gemm.Operand), Tf32(gemm), ReducedPrecision(gemm), Workspace(gemm), Ranks(gemm.AllReduce)],
            AttentionPlan attention => [MatrixUnit(attention.Scores.Step, attention.Scores.Operand), MatrixUnit(attention.Values.Step, attention.Values.Operand), Workspace(attention)],
            AllReducePlan reduce => [Ranks(reduce)],
            PlanMap map => [.. map.Regions.Select(region => region.Plan).OfType<GemmPlan>().SelectMany(Of)],
            _ => [],
        };
        return checks.OfType<FeasibilityCheck>().Distinct();
    }

    /// <summary>A workspace against what the step had.</summary>
    public FeasibilityCheck? Workspace(WorkspaceNeed need, bool isExact)
    {
        if (need.Pool == WorkspacePool.None || platform.Device == DeviceKind.Processor)
            return null;
        (long? limit, string name) = need.Pool == WorkspacePool.Library
            ? (platform.WorkspaceLimitBytes, platform.WorkspaceEvidence ?? "workspace_bytes")
            : ((long?)(query.State.VramFreeMb * BytesPerMegabyte), "vram_free_mb");
        string needs = string.Create(CultureInfo.InvariantCulture, $"needs {(isExact ? "" : "at least ")}{need.Bytes} bytes ({need.Formula})");
        if (limit is not { } bytes)
            return FeasibilityCheck.Open("workspace", $"{needs}; {name} is not recorded", name);
        if (need.Bytes > bytes)
            return FeasibilityCheck.Fails("workspace", string.Create(CultureInfo.InvariantCulture, $"{needs}, {name} allows {bytes}"));
        return isExact
            ? FeasibilityCheck.Holds("workspace", string.Create(CultureInfo.InvariantCulture, $"{needs} of {bytes}"))
            : FeasibilityCheck.Open("workspace", $"{needs}; the rows of the batch are not recorded", "batch_tokens");
    }

    private FeasibilityCheck? Workspace(GemmPlan plan)
    {
        WorkspaceNeed smallest = WorkspaceNeed.OfGemm(plan, query.RowsAtLeast, query.Columns ?? 1, query.Depth ?? int.MaxValue);
        if (smallest.Pool == WorkspacePool.None || platform.Device == DeviceKind.Processor)
            return null;
        string[] missing = [.. Missing((query.Columns, query.ColumnsName), (query.Depth, "k"))];
        return missing.Length > 0
            ? FeasibilityCheck.Open("workspace", $"{plan.SplitK} slices need a workspace of slices x M x N elements", missing)
            : Workspace(WorkspaceNeed.OfGemm(plan, query.RowsAtLeast, query.Columns!.Value, query.Depth!.Value), query.Rows is not null);
    }

    private FeasibilityCheck? Workspace(AttentionPlan plan)
    {
        if (plan.Algorithm != AttentionAlgorithm.SplitKv)
            return null;
        StepShape shape = query.State.Shape;
        string[] missing = [.. Missing((shape.Heads, "h"), (shape.HeadDimension, "hd"), (shape.TensorParallel, "tp"))];
        if (missing.Length > 0)
            return FeasibilityCheck.Open("workspace", "parts of the keys need memory for partial results", missing);
        bool isExact = query.Context is not null && query.Rows is not null;
        return Workspace(
            WorkspaceNeed.OfAttention(plan, query.RowsAtLeast, query.HeadsPerRank!.Value, query.Context ?? shape.KeyLength, shape.HeadDimension!.Value),
            isExact || plan.Partition == 0);
    }

    private FeasibilityCheck? MatrixUnit(ReductionStep step, NumericFormat operand)
    {
        if (step.Kind != StepKind.Dot)
            return step.Kind == StepKind.Bf16Pair && platform.Device is (DeviceKind.NvidiaGpu or DeviceKind.OtherGpu)
                ? FeasibilityCheck.Fails("matrix_unit", $"{step} is an instruction of processors; the device is {query.State.Device}")
                : null;
        if (platform.Device is DeviceKind.Processor or DeviceKind.OtherGpu)
            return FeasibilityCheck.Fails("matrix_unit", $"{step} is NVIDIA's matrix unit; the device is {query.State.Device}");
        if (platform.ComputeCapability is not { } capability)
            return FeasibilityCheck.Open("matrix_unit", $"{step} belongs to some architectures only; which one ran is not recorded", "device");
        string format = NumericFormats.NameOf(operand);
        ReductionStep[] units = MatrixUnits.Find(capability, operand, step.Rounding);
        if (!MatrixUnits.IsKnown(capability))
            return FeasibilityCheck.Open("matrix_unit", string.Create(CultureInfo.InvariantCulture, $"the matrix unit of sm_{capability} is not known"));
        if (units.Length == 0)
            return FeasibilityCheck.Fails("matrix_unit", string.Create(CultureInfo.InvariantCulture, $"sm_{capability} has no matrix unit that rounds {format} products so: {step}"));
        string own = string.Create(CultureInfo.InvariantCulture, $"sm_{capability} multiplies by {string.Join(" or ", units)}");
        return units.Any(unit => MatrixUnits.Takes(unit, step)) ? FeasibilityCheck.Holds("matrix_unit", own) : FeasibilityCheck.Fails("matrix_unit", $"{own}, the plan by {step}");
    }

    private FeasibilityCheck? Tf32(GemmPlan plan) => plan.Operand != NumericFormat.Tf32 ? null
        : query.State.Environment is { } variables && variables.TryGetValue("NVIDIA_TF32_OVERRIDE", out string? value) && value == "0"
            ? FeasibilityCheck.Fails("switches", "NVIDIA_TF32_OVERRIDE=0 forbids tf32")
        : query.State.MathFlags?.MatmulTf32 switch
        {
            false => FeasibilityCheck.Fails("switches", "matmul_tf32 is false: products do not round to tf32"),
            true => FeasibilityCheck.Holds("switches", "matmul_tf32 is true"),
            null => FeasibilityCheck.Open("switches", "whether products may round to tf32 is not recorded", "matmul_tf32"),
        };

    private FeasibilityCheck? ReducedPrecision(GemmPlan plan)
    {
        if (plan.SplitK == 1 || (plan.Staging == NumericFormat.Fp32 && plan.MergeAccumulator == NumericFormat.Fp32))
            return null;
        NumericFormat format = plan.Staging != NumericFormat.Fp32 ? plan.Staging : plan.MergeAccumulator;
        (bool? allowed, string name) = format switch
        {
            NumericFormat.Bf16 => (query.State.MathFlags?.Bf16ReducedPrecisionReduction, "bf16_reduced_precision_reduction"),
            NumericFormat.Fp16 => (query.State.MathFlags?.Fp16ReducedPrecisionReduction, "fp16_reduced_precision_reduction"),
            _ => (null, ""),
        };
        return allowed == false ? FeasibilityCheck.Fails("switches", $"{name} is false: slices do not merge in {NumericFormats.NameOf(format)}") : null;
    }

    private FeasibilityCheck? Ranks(AllReducePlan? plan) => plan is null ? null
        : query.State.Shape.TensorParallel is not { } ranks ? FeasibilityCheck.Open("ranks", $"{plan.Ranks} ranks add up; how many there are is not recorded", "tp")
        : ranks == plan.Ranks ? FeasibilityCheck.Holds("ranks", string.Create(CultureInfo.InvariantCulture, $"{ranks} ranks"))
        : FeasibilityCheck.Fails("ranks", string.Create(CultureInfo.InvariantCulture, $"{plan.Ranks} ranks add up; the state has {ranks}"));

    private static IEnumerable<string> Missing(params IEnumerable<(int? Value, string Name)> fields) => fields.Where(field => field.Value is null).Select(field => field.Name);
}
