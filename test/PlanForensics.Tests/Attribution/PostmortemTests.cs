using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

/// <summary>A dispatcher runs one row by split-K with bf16 staging and more rows sequentially; the flips come out of the arithmetic.</summary>
public sealed class PostmortemTests
{
    private static readonly int[] FlippingPrompt = [54, 62, 17, 53, 36];

    private static readonly PlanSchedule Dispatched = Dispatch("split_k4_bf16_staging", "sequential_fma");

    private static readonly PlanSchedule[] Candidates =
    [
        .. Catalogue(NumericFormat.Bf16, NumericFormat.Fp32), Dispatched, Dispatch("gemv_warp32", "sequential_fma"), Dispatch("split_k4", "k_block_64"),
    ];

    private static PlanSchedule Dispatch(string one, string more) => new($"{one} for one row, {more} for more", new ShapeBucketDispatcher(
        new ShapeBucket(1, Plan(one, NumericFormat.Bf16, NumericFormat.Fp32)), new ShapeBucket(null, Plan(more, NumericFormat.Bf16, NumericFormat.Fp32))).PlanFor);

    private static ExecutionContract Serve(int batchSize, int[]? prompt = null, int steps = 8) =>
        GreedyRecording.Run(Engine(0), Model, $"batch {batchSize}", prompt ?? FlippingPrompt, Dispatched, steps, batchSize);

    private static PostmortemResult Explain(ExecutionContract a, ExecutionContract b) =>
        Postmortem.Run(Engine(), Model, a, b, Candidates, cancellation: TestContext.Current.CancellationToken);

    [Fact]
    public void A_flip_between_two_batch_sizes_is_traced_to_an_operator_and_pinned()
    {
        PostmortemResult result = Explain(Serve(1), Serve(4));

        result.State.Should().Be(PostmortemState.Explained, result.Explanation);
        result.Flip!.StepIndexA.Should().Be(3);
        (result.Flip.TokenA, result.Flip.TokenB).Should().Be((50, 48));
        result.FirstDivergence!.StepIndexA.Should().Be(1);
        result.SideA!.Found!.Class.Name.Should().Be(Dispatched.Name);
        result.SideA.State.Should().Be(AttributionState.Identified);
        result.SideB!.Matching.Select(index => result.SideB.Classes[index].Class.Members).Should().Contain(members => members.Contains(Dispatched.Name));
        FoundOperator found = result.Bisection!.Operators.Should().ContainSingle().Subject;
        found.Name.Should().Be("layer 1 down_proj");
        (found.IsSufficient, found.IsNecessary).Should().Be((true, true));
        result.Bisection.SearchReplays.Should().BeLessThanOrEqualTo(result.Bisection.ReplayBound);
        result.Pin!.DiffersUnpinned.Should().BeTrue();
        result.Pin.Pin!.TokensEqual.Should().BeTrue();
        result.Pin.Pin.OperatorsPinned.Should().Be(1);
        result.Pin.Pin.Scope.Should().Be(PinScope.Operators);
    }

    [Fact]
    public void Pinning_everything_gives_equal_bits()
    {
        PinResult result = PlanPin.Find(Engine(), Model, Serve(1), Dispatched, Serve(4), Dispatched, [], cancellation: TestContext.Current.CancellationToken);

        result.Pin!.Scope.Should().Be(PinScope.MatrixProducts);
        result.Pin.BitsEqual.Should().BeTrue();
        result.DiffersUnpinned.Should().BeTrue();
    }

    [Fact]
    public void A_pin_between_sides_that_do_not_differ_proves_nothing()
    {
        PinResult result = PlanPin.Find(Engine(), Model, Serve(4), Dispatched, Serve(4), Dispatched, [], cancellation: TestContext.Current.CancellationToken);

        result.DiffersUnpinned.Should().BeFalse();
        result.Explanation.Should().Contain("proves nothing");
    }

    [Fact]
    public void Different_requests_are_the_verdict_and_no_plan_is_asked()
    {
        PostmortemResult result = Explain(Serve(1), Serve(4, [54, 62, 18, 53, 36]));

        result.State.Should().Be(PostmortemState.RequestsDiffer);
        result.Request.Tokens.FirstDifferentIndex.Should().Be(2);
        result.Explanation.Should().Contain("effective_token_ids").And.Contain("no plan is to blame");
        result.SideA.Should().BeNull();
    }

    [Fact]
    public void Equal_recordings_have_no_difference_to_explain()
    {
        PostmortemResult result = Explain(Serve(4), Serve(8));

        result.State.Should().Be(PostmortemState.NoDifference);
        result.Bisection.Should().BeNull();
    }

    [Fact]
    public void Bits_that_every_margin_absorbs_are_bisected_by_bits()
    {
        PostmortemResult result = Explain(Serve(1, steps: 2), Serve(4, steps: 2));

        result.Flip.Should().BeNull();
        result.State.Should().Be(PostmortemState.Explained, result.Explanation);
        result.Bisection!.Target.Should().Be(BisectionTarget.Bits);
        result.Bisection.StepIndex.Should().Be(1);
        result.Pin.Should().BeNull();
    }

    [Fact]
    public void A_side_that_no_candidate_made_stays_unexplained()
    {
        ExecutionContract other = GreedyRecording.Run(
            Engine(0), Model, "other", FlippingPrompt, new PlanSchedule("other", PlanCatalog.Uniform(new GemmPlan { SplitK = 3, Staging = NumericFormat.Bf16 }, NumericFormat.Bf16, NumericFormat.Fp32)), 8);

        PostmortemResult result = Explain(Serve(1), other);

        result.State.Should().Be(PostmortemState.Unexplained);
        result.SideA!.State.Should().Be(AttributionState.Identified);
        result.SideB!.State.Should().Be(AttributionState.Unexplained);
        result.Bisection.Should().BeNull();
    }

    [Fact]
    public void A_request_that_is_only_approximated_carries_the_caveat()
    {
        ExecutionContract a = Serve(1);

        PostmortemResult result = Explain(a with { Request = a.Request with { Approximation = "tokens re-encoded from the logged text" } }, Serve(4));

        result.Caveats.Should().Contain(caveat => caveat.Contains("re-encoded"));
    }
}
