using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;
using static PlanForensics.FluentAssertions.Tests.Setting;

namespace PlanForensics.FluentAssertions.Tests;

public sealed class StabilityTests
{
    private static readonly PlanStabilityOptions FiveSteps = new() { Steps = 5, Logits = NumericFormat.Fp32 };

    [Fact]
    public void The_text_of_a_plan_that_flips_a_token()
    {
        Replay.ReplayModel model = Model;
        string message = Failure.Of(() => model.Should().BePlanStable([Calm, Thin], across: PlanCatalog.Gemms, FiveSteps, "any of them may run"));
        message.Should().Be(
            """
            Expected model to choose the same tokens under every plan because any of them may run, but 1 of 17 plan classes flips a token of 1 of 2 prompts
              prompt      1: 5 tokens [24, 32, 54, 23, 6]
              step        3, the first at which a plan flips the token
              token       47 under sequential_fma, 65 under split_k4_bf16_staging
              margin      sequential_fma: token 47 1.7217064 (0x3FDC60E0) over 65 1.7116814 (0x3FDB1860) by 0.0100250244140625, 84096 ulps of fp32
                          split_k4_bf16_staging: token 65 1.7148438 (0x3FDB8000) over 47 1.7099609 (0x3FDAE000) by 0.0048828125, 40960 ulps of fp32
              spread      0.0149078369140625: the most by which a plan moves this margin
              plan class  class 9 (split_k4_bf16_staging)
              operator    layer 0 v_proj; layer 0 q_proj together with layer 0 o_proj together with layer 0 up_proj together with layer 0 down_proj: each flips the token (of 22 operators that differ); they interact: none of a joint group suffices alone
              reproduce   planforensics diff prompt-1-sequential_fma prompt-1-split_k4_bf16_staging --store EVIDENCE/traces-HASH.db
            """);
        Tool.Run(Failure.Command(Failure.Raw(() => model.Should().BePlanStable([Thin], PlanCatalog.Gemms, FiveSteps with { FindsOperator = false })))).Should().Be((1, true));
    }

    [Fact]
    public void Prompts_with_wide_margins_are_stable_and_the_surface_says_how_wide()
    {
        Model.Should().BePlanStable([Calm], PlanCatalog.Gemms, FiveSteps).Which.Budgets.Should().ContainSingle().Which.Steps.Should().HaveCount(5);
        Model.Should().BePlanStable([Calm, Thin], across: PlanCatalog.Attentions, "attention keeps its order").And.NotBeNull();
        Model.Source.Should().BePlanStable([Calm], across: [Schedule("split_k4"), Schedule("sequential_fma")], FiveSteps);
    }

    [Fact]
    public void Plans_that_cannot_differ_show_nothing()
    {
        // Rows of 32 values: threads from the 33rd on have none.
        Failure.Of(() => Model.Should().BePlanStable([Calm], PlanCatalog.Norms)).Should().Contain("the 3 plans are 1 class of equal programs here: nothing was compared");
        Failure.Of(() => Model.Should().BePlanStable([Calm], [Schedule("split_k4")])).Should().Contain("1 plan cannot differ: give two or more");
    }

    [Fact]
    public void A_refused_plan_fails_unless_it_is_passed_over()
    {
        KeyValuePair<string, GemmPlan>[] across = [.. PlanCatalog.Gemms.Where(entry => entry.Key is "sequential_fma" or "split_k4"), new("tensor_parallel", new GemmPlan { AllReduce = new AllReducePlan { Ranks = 5 } })];
        Failure.Of(() => Model.Should().BePlanStable([Calm], across)).Should().Contain("1 plan of 3 could not be run").And.Contain("plan        tensor_parallel, step 0");
        Model.Should().BePlanStable([Calm], across, new PlanStabilityOptions { PassesOverRefused = true });
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Model.Invoking(model => model.Should().BePlanStable([], PlanCatalog.Gemms)).Should().Throw<ArgumentException>().WithMessage("at least one prompt*");
        Model.Invoking(model => model.Should().BePlanStable([Calm], PlanCatalog.AllReduces)).Should().Throw<ArgumentException>().WithMessage("no operator of a decoder runs this plan alone*");
    }
}
