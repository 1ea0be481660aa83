using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class ExecutionPlanTests
{
    private static readonly GemmPlan Split = new() { SplitK = 4 };

    [Fact]
    public void Reading_an_execution_plan_s_text_gives_the_plan() => Gen.UInt.Sample(
        static seed =>
        {
            ExecutionPlan plan = Any(new Random((int)(seed & int.MaxValue)));
            ExecutionPlan read = ExecutionPlan.Parse(plan.Text);
            return read.Equals(plan) && read.Text == plan.Text && read.GetHashCode() == plan.GetHashCode();
        },
        iter: 2_000,
        threads: 2);

    [Fact]
    public void Removing_hidden_rules_and_sorting_by_role_changes_no_operator_s_plan()
    {
        var random = new Random(2);
        for (int round = 0; round < 300; round++)
        {
            PlanRule[] rules = Rules(random);
            var plan = new ExecutionPlan(rules);
            foreach (OperatorRole role in Enum.GetValues<OperatorRole>())
                foreach (ExecutionPhase phase in Enum.GetValues<ExecutionPhase>())
                    for (int layer = -1; layer < 4; layer++)
                        plan.FindPlan(phase, layer, role).Should().BeSameAs(rules.LastOrDefault(rule => rule.Selects(phase, layer, role))?.Plan);
        }
    }

    [Fact]
    public void The_last_rule_that_selects_an_operator_holds()
    {
        ExecutionPlan plan = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16).With(new PlanRule(ExecutionPhase.Decode, 2, OperatorRole.DownProjection, Split));
        plan.GetPlan(ExecutionPhase.Decode, 2, OperatorRole.DownProjection).Should().Be(Split);
        plan.GetPlan(ExecutionPhase.Prefill, 2, OperatorRole.DownProjection).Text.Should().Be("gemm out=bf16");
        plan.GetPlan(ExecutionPhase.Decode, -1, OperatorRole.LmHead).Text.Should().Be("gemm out=bf16");
        plan.Text.Should().Contain("decode 2 down_proj = gemm split_k=4");
    }

    [Fact]
    public void A_rule_is_hidden_by_later_rules_that_cover_both_phases()
    {
        var plan = new ExecutionPlan(
            new PlanRule(null, 1, OperatorRole.QueryProjection, Split),
            new PlanRule(ExecutionPhase.Prefill, null, OperatorRole.QueryProjection, new GemmPlan()),
            new PlanRule(ExecutionPhase.Decode, 1, OperatorRole.QueryProjection, new GemmPlan()));
        plan.Rules.Should().HaveCount(2);
    }

    [Fact]
    public void The_order_of_rules_of_different_roles_does_not_matter()
    {
        PlanRule one = new(null, null, OperatorRole.QueryProjection, Split);
        PlanRule other = new(null, null, OperatorRole.Rope, new RopePlan());
        new ExecutionPlan(one, other).Should().Be(new ExecutionPlan(other, one));
    }

    [Fact]
    public void A_uniform_plan_covers_every_role()
    {
        ExecutionPlan plan = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16, NumericFormat.Fp32);
        foreach (OperatorRole role in Enum.GetValues<OperatorRole>())
            plan.FindPlan(ExecutionPhase.Decode, 0, role).Should().NotBeNull(role.ToString());
        plan.GetPlan(ExecutionPhase.Decode, -1, OperatorRole.LmHead).Text.Should().Be("gemm");
    }

    [Fact]
    public void Every_plan_of_the_catalogue_lowers() =>
        PlanCatalog.Gemms.Should().AllSatisfy(entry => entry.Value.Lower(new OperatorShape(1, 8, 256)).Text.Should().StartWith("k=256"));

    [Fact]
    public void Every_named_plan_of_every_family_lowers_and_parses_back() =>
        PlanCatalog.Operators.Should().HaveCountGreaterThan(30).And.AllSatisfy(entry =>
        {
            entry.Value.Lower(new OperatorShape(1, 1024, 256)).Text.Should().NotBeEmpty();
            OperatorPlan.Parse(entry.Value.Text).Should().Be(entry.Value, entry.Key);
        });

    [Fact]
    public void A_name_means_one_plan() =>
        PlanCatalog.MatrixUnitGemms.Where(entry => PlanCatalog.Gemms.ContainsKey(entry.Key)).Should().HaveCount(3).And.OnlyContain(entry => PlanCatalog.Gemms[entry.Key] == entry.Value);

    [Fact]
    public void A_missing_rule_names_the_operator() =>
        FluentActions.Invoking(() => new ExecutionPlan().GetPlan(ExecutionPhase.Decode, 3, OperatorRole.DownProjection))
            .Should().Throw<PlanNotSupportedException>().WithMessage("*no rule selects decode layer 3 down_proj; add one*");

    [Theory]
    [InlineData("decode 0 q_proj gemm", "expected PHASE LAYER ROLE = PLAN", 0)]
    [InlineData("decode q_proj = gemm", "expected PHASE LAYER ROLE = PLAN", 0)]
    [InlineData("train 0 q_proj = gemm", "expected a phase: *, prefill or decode", 0)]
    [InlineData("decode -1 q_proj = gemm", "expected a layer: * or a 0-based number", 0)]
    [InlineData("decode 0 qproj = gemm", "expected an operator role such as q_proj", 0)]
    [InlineData("# comment\n\n* * q_proj = gemm split_k=x", "split_k is a whole number", 29)]
    [InlineData("* * rope = gemm", "role rope runs a plan of family rope; got \"gemm\"", 0)]
    [InlineData("* * q_proj = quantization", "role q_proj runs a plan of family gemm", 0)]
    public void A_wrong_line_is_refused_at_its_place(string text, string reason, int position) =>
        FluentActions.Invoking(() => ExecutionPlan.Parse(text)).Should().Throw<PlanFormatException>().WithMessage($"*{reason}*").Which.Position.Should().Be(position);

    [Fact]
    public void Many_rules_are_read_in_linear_time() =>
        ExecutionPlan.Parse(string.Join('\n', Enumerable.Range(0, 30_000).Select(layer => $"* {layer} q_proj = gemm"))).Rules.Should().HaveCount(30_000);

    private static ExecutionPlan Any(Random random) => new(Rules(random));

    private static PlanRule[] Rules(Random random) => [.. Enumerable.Range(0, random.Next(12)).Select(_ =>
    {
        OperatorRole role = (OperatorRole)random.Next(4, 7);
        OperatorPlan plan = role == OperatorRole.Rope ? new RopePlan { Output = (NumericFormat)random.Next(3) } : PlanSamples.Gemm(random);
        return new PlanRule(random.Next(2) == 0 ? null : (ExecutionPhase)random.Next(2), random.Next(2) == 0 ? null : random.Next(3), role, plan);
    })];
}
