using FluentAssertions;
using PlanForensics.Rules.CublasLt;
using Xunit;

namespace PlanForensics.Tests.Rules.CublasLt;

public sealed class CublasLtPlannerTests
{
    public static TheoryData<int, int, int, CublasLtKind, int?[], CublasLtPlan> Planned => new()
    {
        { 8, 8, 9, CublasLtKind.Fp16, [66, 1, 0, 0, 1], new PlainPlan(66) },
        { 8, 8, 9, CublasLtKind.Fp16, [66, null, 0, 0, 1], new PlainPlan(66) }, // unset, 0 and negative splits count as 1
        { 8, 8, 9, CublasLtKind.Fp16, [66, -2, 0, 0, 1], new PlainPlan(66) },
        { 8, 8, 9, CublasLtKind.Fp8, [66, 1, 0, 0, 2], new SplitBlocksPlan(66, 9, 1, 4) }, // two levels: the whole K is one slice
        { 8, 8, 9, CublasLtKind.Bf16, [66, 2, 0, 0, 1], new SplitPlan(66, 8, 2, 4) }, // ceil(9/4) = 3 grains, 2 a slice
        { 8, 8, 9, CublasLtKind.Bf16, [66, 2, 0, 0, 2], new SplitBlocksPlan(66, 8, 2, 4) },
        { 8, 8, 9, CublasLtKind.Fp16, [12, 1, 0, 0, 1], new KPerDotPlan(12, 2, 4, 1) }, // 9 mod 4 = 1
        { 8, 8, 8, CublasLtKind.Fp16, [12, 1, 0, 0, 1], new KPerDotPlan(12, 2, 4, 0) },
        { 8, 8, 10, CublasLtKind.Fp16, [12, 2, 0, 0, 1], new SplitKGroupsPlan(12, 6, 2, 2, 4, 2, SplitKMerge.Serial) }, // 4 does not divide 10: grain 2, ceil(5/2) = 3 grains
        { 8, 8, 12, CublasLtKind.Fp16, [12, 2, 2, 0, 1], new SplitKGroupsPlan(12, 8, 2, 4, 4, 2, SplitKMerge.Fp32Workspace) }, // grain 4: ceil(3/2) = 2 grains
        { 8, 8, 4, CublasLtKind.Fp16, [12, 9, 4, 0, 1], new SplitKGroupsPlan(12, 4, 9, 4, 4, 2, SplitKMerge.OutputWorkspace) }, // a chunk of all K is in range here
        { 8, 8, 9, CublasLtKind.Fp16, [11, 1, 0, 0, 0], new GemmSnPlan(11, new GemmSnRecipe(2, 3)) },
        { 1, 8, 9, CublasLtKind.Fp16, [13, 3, 0, 1, 0], new GemvLanesPlan(13, new GemvLaneRecipe(2, 2, 2, false), 3) },
        { 6, 1, 9, CublasLtKind.Fp16, [13, 1, 0, 2, 0], new GemvLanesPlan(13, new GemvLaneRecipe(1, 4, 0, true), 1) }, // occupancy: 3 * 8 / 4 = 6 elements
        { 1, 7, 9, CublasLtKind.Fp16, [13, 1, 0, 3, 0], new GemvLanesPlan(13, new GemvLaneRecipe(-64, 4, 0, true), 1) },
        { 1, 8, 9, CublasLtKind.Fp16, [13, 1, 0, 5, 0], new GemvSlicesPlan(13, new GemvSliceRecipe(3, 2)) },
        { 1, 8, 9, CublasLtKind.Fp16, [14, 6, 0, 0, 0], new GemvBlocksPlan(14, 6, 1) },
        { 8, 1, 9, CublasLtKind.Fp16, [14, 6, 0, 0, 0], new GemvBlocksPlan(14, 6, 2) },
        { 1, 1, 9, CublasLtKind.Fp16, [14, 1, 0, 0, 0], new GemvBlocksPlan(14, 1, 2) },
    };

    [Theory]
    [MemberData(nameof(Planned))]
    public void A_config_that_was_measured_gives_the_plan_worked_by_hand(int m, int n, int k, CublasLtKind kind, int?[] config, CublasLtPlan plan) =>
        Plan(m, n, k, kind, config).Should().Be(new CublasLtDecision(plan, "ok"));

    [Theory]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported ALGO_ID 67", 67, 1, 0, 0, 1)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported ALGO_ID None", null, 1, 0, 0, 1)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported STAGES_ID 3 for nvjet", 66, 1, 0, 0, 3)]
    [InlineData(8, 8, 9, CublasLtKind.Fp8, "unsupported STAGES_ID None for cutlass", 12, 1, 0, 0, null)] // the table is read before fp8 is refused
    [InlineData(8, 8, 9, CublasLtKind.Fp8, "unsupported fp8 on a CUTLASS kernel", 12, 1, 0, 0, 1)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported REDUCTION_SCHEME 1", 12, 2, 1, 0, 1)]
    [InlineData(8, 8, 4, CublasLtKind.Fp16, "chunk out of range", 66, 2, 0, 0, 1)] // one grain: chunk = K, which is no split
    [InlineData(8, 8, 1, CublasLtKind.Fp16, "chunk out of range", 12, 2, 0, 0, 1)] // one grain of 2 is longer than K
    [InlineData(8, 8, 9, CublasLtKind.Fp8, "unsupported fp8 on a CUDA-core kernel", 11, 1, 0, 0, 0)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported SPLITK_NUM 2 for ALGO_ID 11", 11, 2, 0, 0, 0)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION 2 for ALGO_ID 11", 11, 1, 0, 2, 0)]
    [InlineData(1, 8, 9, CublasLtKind.Fp8, "unsupported fp8 on a CUDA-core kernel", 13, 1, 0, 1, 0)]
    [InlineData(8, 8, 9, CublasLtKind.Fp16, "unsupported ALGO_ID 14 on a non-gemv shape (M 8, N 8)", 14, 1, 0, 0, 0)]
    [InlineData(1, 8, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION None for ALGO_ID 13", 13, 1, 0, null, 0)]
    [InlineData(1, 8, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION 5 for ALGO_ID 13 at SPLITK_NUM 2 with M 1 (this kernel handles SPLITK_NUM 1, M == 1 only)", 13, 2, 0, 5, 0)]
    [InlineData(8, 1, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION 5 for ALGO_ID 13 at SPLITK_NUM 1 with M 8 (this kernel handles SPLITK_NUM 1, M == 1 only)", 13, 1, 0, 5, 0)]
    [InlineData(1, 7, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION 2 for ALGO_ID 13 on a 7-element gemv (measured up to 6)", 13, 1, 0, 2, 0)]
    [InlineData(8, 1, 9, CublasLtKind.Fp16, "unsupported CUSTOM_OPTION 3 for ALGO_ID 13 on a 8-element gemv (measured up to 7)", 13, 1, 0, 3, 0)]
    public void What_was_not_measured_is_declined_with_the_reason(int m, int n, int k, CublasLtKind kind, string reason, int? algoId, int? splits, int? scheme, int? custom, int? stages)
    {
        CublasLtDecision decision = Plan(m, n, k, kind, [algoId, splits, scheme, custom, stages]);

        decision.IsPlanned.Should().BeFalse();
        decision.Reason.Should().Be(reason);
    }

    [Fact]
    public void No_config_is_declined() => CublasLtPlanner.Plan(OwnProfile.Value, 1, 1, 1, CublasLtKind.Fp16, null).Should().Be(new CublasLtDecision(null, "no-heuristic"));

    [Fact]
    public void Attributes_without_effect_on_bits_change_no_plan()
    {
        CublasLtConfig config = OwnProfile.Config(66, 2, 0, 0, 1);
        CublasLtDecision plain = CublasLtPlanner.Plan(OwnProfile.Value, 8, 8, 9, CublasLtKind.Fp16, config);

        CublasLtPlanner.Plan(OwnProfile.Value, 8, 8, 9, CublasLtKind.Fp16, config with { TileId = 15, CtaSwizzling = 1, InnerShapeId = 2, ClusterShapeId = 3 }).Should().Be(plain);
        CublasLtPlanner.Plan(OwnProfile.Value, 8, 8, 9, CublasLtKind.Fp16, config with { SplitKNumber = 3 }).Should().NotBe(plain); // negative control
    }

    [Fact]
    public void Huge_numbers_do_not_overflow() =>
        CublasLtPlanner.Plan(OwnProfile.Value, 8, 8, int.MaxValue, CublasLtKind.Fp16, OwnProfile.Config(66, int.MaxValue, 0, 0, 1)).Plan.Should().Be(new SplitPlan(66, 4, int.MaxValue, 4));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void An_empty_product_is_an_error(int m, int n, int k) =>
        FluentActions.Invoking(() => CublasLtPlanner.Plan(OwnProfile.Value, m, n, k, CublasLtKind.Fp16, null)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void A_config_has_nine_attributes() =>
        FluentActions.Invoking(() => CublasLtConfig.FromVector(1, 2, 3)).Should().Throw<ArgumentException>().WithMessage("a config has 9 attributes; got 3*");

    private static CublasLtDecision Plan(int m, int n, int k, CublasLtKind kind, int?[] config) =>
        CublasLtPlanner.Plan(OwnProfile.Value, m, n, k, kind, OwnProfile.Config(config[0], config[1], config[2], config[3], config[4]));
}
