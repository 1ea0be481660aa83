using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class CandidateNarrowingTests
{
    private static AttributionVerdict Run(ExecutionContract recorded, AttributionOptions? options = null) =>
        PlanAttribution.Run(Engine(), Model, recorded, Catalogue(), options, cancellation: TestContext.Current.CancellationToken);

    private static ExecutionContract In(ExecutionContract contract, Func<StepState, StepState> change) => Map(contract, step => step with { State = change(step.State) });

    [Fact]
    public void Candidates_that_the_state_rules_out_are_listed_with_their_reason_and_not_replayed()
    {
        ExecutionContract recorded = In(Record(Schedule("hopper_mma")), state => state with { Device = "NVIDIA H100", WorkspaceBytes = 1000, Shape = state.Shape with { TensorParallel = 1 } });

        AttributionVerdict verdict = Run(recorded);

        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        verdict.Found!.Class.Members.Should().Contain("hopper_mma");
        RefusedCandidate ampere = verdict.Refused.Should().ContainSingle(refused => refused.Name == "ampere_mma").Subject;
        ampere.IsInfeasible.Should().BeTrue();
        ampere.Should().BeEquivalentTo(new { StepIndex = 0, Operator = "layer 0 q_proj", Reason = "sm_90 multiplies by dot<16,25,rz>, the plan by dot<8,24,rz>" });
        verdict.Refused.Should().Contain(refused => refused.Name == "split_k4_bf16_staging" && refused.Reason == "needs 1536 bytes (4 slices x 6 x 32 x 2 bytes), workspace_bytes allows 1000");
        verdict.Classes.SelectMany(item => item.Class.Members).Should().NotContain(verdict.Refused.Select(refused => refused.Name));
        verdict.Narrowing.Should().BeEquivalentTo(new { Candidates = PlanCatalog.Gemms.Count, Infeasible = 2, Open = 0 });
        verdict.Caveats.Should().Contain("2 candidates were not replayed: a value of the recorded state rules them out");
    }

    [Fact]
    public void A_state_without_these_fields_rules_nothing_out_and_says_what_is_missing()
    {
        AttributionVerdict verdict = Run(Record(Schedule("hopper_mma")));

        verdict.Refused.Should().BeEmpty();
        verdict.Narrowing!.Infeasible.Should().Be(0);
        verdict.Narrowing.Open.Should().Be(4); // three plans of matrix units, and the slices staged in bf16
        verdict.Narrowing.Missing.Should().Equal("device", "tp", "workspace_bytes");
        verdict.Narrowing.ToString().Should().Be($"0 of {PlanCatalog.Gemms.Count} candidates ruled out by the recorded state; 4 kept because device, tp, workspace_bytes are not recorded");
    }

    [Fact]
    public void A_wrong_record_rules_the_truth_out_and_narrowing_can_be_left_off() // negative control: what is ruled out is really not replayed
    {
        ExecutionContract recorded = In(Record(Schedule("hopper_mma")), state => state with { Device = "NVIDIA A100" });

        AttributionVerdict narrowed = Run(recorded);
        AttributionVerdict all = Run(recorded, new AttributionOptions { NarrowsByState = false });

        narrowed.State.Should().Be(AttributionState.Unexplained);
        narrowed.Refused.Should().Contain(refused => refused.Name == "hopper_mma");
        all.State.Should().Be(AttributionState.Identified);
        all.Found!.Class.Members.Should().Contain("hopper_mma");
        all.Narrowing.Should().BeNull();
    }
}
