using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;
using PlanForensics.Rules.Feasibility;
using Xunit;

namespace PlanForensics.Tests.Rules.Feasibility;

public sealed class CublasLtSpaceTests
{
    private static readonly StepState H100 = new()
    {
        StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = StepShape.Parse("q=1,k=2"), Device = "NVIDIA H100", SmCount = 132,
        LibraryVersions = new ValueMap([new("cublaslt", "13.1.1")]),
    };

    [Theory]
    [InlineData("sm90_lt13_1", "NVIDIA H100", "13.1.1", 132)]
    [InlineData("sm100_lt12_8", "NVIDIA B200", "12.8.5", 152)]
    public void No_recorded_configuration_is_ruled_out(string name, string device, string version, int multiprocessors)
    {
        CublasLtProfile profile = CublasLtProfiles.Get(name);
        CublasLtCase[] cases = [.. CublasLtCase.ParseAll(File.ReadAllBytes(SharedData.PathOf("cublas-plans", $"cases_{name}.json")), name).Where(one => one.K < 8192).Where((_, index) => index % 7 == 0)];
        int planned = 0;

        foreach (CublasLtCase one in cases)
        {
            if (one.Config is not { AlgoId: not null, SplitKNumber: not null, ReductionScheme: not null, CustomOption: not null, StagesId: not null } config)
                continue;
            CublasLtConfig whole = config with { TileId = 0, CtaSwizzling = 0, InnerShapeId = 0, ClusterShapeId = 0 };
            PlanFeasibility recorded = Configurations(H100 with { Device = device, SmCount = multiprocessors, LibraryVersions = new ValueMap([new("cublaslt", version)]), LibraryConfig = Vector(whole) }, one)
                .Should().ContainSingle(entry => entry.IsRecorded && entry.Name.StartsWith(name, StringComparison.Ordinal)).Subject;

            recorded.Verdict.Should().NotBe(FeasibilityVerdict.Infeasible, $"{recorded.Name} ran at {one.M},{one.N},{one.K}: {recorded.Reason}");
            if (CublasLtPlanner.Plan(profile, one with { Config = whole }).Plan is not { } plan)
                continue;
            planned++;
            recorded.Plan.Should().Be(CublasLtLowering.FindGemmPlan(plan, profile, one.Kind, one.K, NumericFormat.Bf16));
        }

        planned.Should().BeGreaterThan(80);
    }

    [Fact]
    public void Configurations_of_one_order_are_one_entry_and_every_configuration_is_in_one()
    {
        CublasLtCase product = new(8, 4096, 4096, CublasLtKind.Bf16, null);
        PlanFeasibility[] entries = [.. Configurations(H100, product).Where(entry => entry.Name.StartsWith("sm90", StringComparison.Ordinal))];

        entries.SelectMany(entry => entry.Aliases.Prepend(entry.Name.Split(": ")[1])).Should().OnlyHaveUniqueItems();
        entries.Where(entry => entry.Plan is not null).Select(entry => (entry.Plan, entry.Name.Contains("nvjet"))).Should().OnlyHaveUniqueItems();
        entries.Single(entry => entry.Plan?.Text == "gemm step=dot<16,25,rz> operand=bf16 out=bf16 split_k=4 split_grain=64").Name.Should().Be("sm90_lt13_1: nvjet algo_id=66 split_k=4 stages_id=35");
    }

    [Fact]
    public void Architecture_version_multiprocessors_and_alignment_each_say_their_part()
    {
        CublasLtCase product = new(8, 4096, 4096, CublasLtKind.Bf16, null);
        Configurations(H100 with { Device = "NVIDIA A100" }, product).Should().HaveCount(4).And.OnlyContain(entry => entry.Verdict == FeasibilityVerdict.Infeasible);
        Configurations(H100 with { LibraryVersions = new ValueMap([new("cublaslt", "12.4.2")]) }, product).Where(entry => entry.Name.StartsWith("sm90", StringComparison.Ordinal))
            .Should().NotContain(entry => entry.Verdict == FeasibilityVerdict.Feasible).And.Contain(entry => entry.Reason.StartsWith("measured on cuBLASLt 13.1, recorded 12.4"));
        Configurations(H100 with { SmCount = 114 }, product).Where(entry => entry.Name.StartsWith("sm90", StringComparison.Ordinal)).Should().NotContain(entry => entry.Verdict == FeasibilityVerdict.Feasible);

        PlanFeasibility Nvjet(int? alignment) => Configurations(H100 with { OperandAlignmentBytes = alignment }, product).Single(entry => entry.Name.EndsWith("nvjet algo_id=66 stages_id=35", StringComparison.Ordinal));
        Nvjet(16).Verdict.Should().Be(FeasibilityVerdict.Feasible);
        Nvjet(8).Verdict.Should().Be(FeasibilityVerdict.Infeasible);
        Nvjet(null).Should().BeEquivalentTo(new { Verdict = FeasibilityVerdict.Unknown, Missing = new[] { "operand_alignment_bytes" } });
        Configurations(H100 with { OperandAlignmentBytes = 2 }, product).Should().Contain(entry => entry.Name.Contains("cutlass") && entry.Verdict == FeasibilityVerdict.Feasible);
    }

    [Fact]
    public void A_gemv_kernel_is_feasible_on_a_vector_only()
    {
        PlanFeasibility Gemv(int m) => Configurations(H100, new CublasLtCase(m, 512, 512, CublasLtKind.Bf16, null)).First(entry => entry.Name.Contains("gemv algo_id=13"));
        Gemv(1).Verdict.Should().Be(FeasibilityVerdict.Feasible);
        Gemv(2).Verdict.Should().Be(FeasibilityVerdict.Infeasible);
    }

    private static IEnumerable<PlanFeasibility> Configurations(StepState state, CublasLtCase product) => new PlanSpace(new FeasibilityQuery(state)
    {
        M = product.M, N = product.N, K = product.K, Operand = CublasLtKinds.OperandOf(product.Kind), Output = NumericFormat.Bf16, Splits = [1, 4],
    }).JudgeAll().Where(entry => entry.Source == "cublaslt");

    private static ValueList<int> Vector(CublasLtConfig config) =>
    [
        config.AlgoId!.Value, 0, config.SplitKNumber!.Value, config.ReductionScheme!.Value, 0, config.CustomOption!.Value, config.StagesId!.Value, 0, 0,
    ];
}
