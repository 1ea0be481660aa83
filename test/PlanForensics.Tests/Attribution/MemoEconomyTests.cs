using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

/// <summary>Cost in executed multiply-adds: the same on every machine.</summary>
public sealed class MemoEconomyTests
{
    private static readonly GemmPlan[] Variants =
    [
        .. from split in Enumerable.Range(1, 8)
           from lanes in new[] { 1, 2, 4, 8 }
           from step in new[] { ReductionStep.Fma, ReductionStep.MulAdd }
           select new GemmPlan { SplitK = split, Lanes = new LaneTree { Lanes = lanes }, Step = step },
    ];

    private static PlanSchedule[] Candidates(OperatorRole role, NumericFormat activations)
    {
        ExecutionPlan plan = Plan("sequential_fma", activations, NumericFormat.Fp32);
        NumericFormat output = role == OperatorRole.LmHead ? NumericFormat.Fp32 : activations;
        return [.. Variants.Select((variant, index) => new PlanSchedule($"{index}", plan.With(new PlanRule(null, null, role, variant with { Output = output }))))];
    }

    private static (long MultiplyAdds, string[] Hashes) Sweep(PlanSchedule[] candidates, ExecutionContract recorded, OperatorMemo? memo)
    {
        var counting = new CountingKernels(KernelSelection.Default);
        var engine = new CpuReplayEngine(counting, memo);
        string[] hashes = [.. candidates.SelectMany(candidate => ContractReplay.Steps(engine, Model, recorded, candidate.PlanFor).Select(step => step.Observation.LogitsHash!))];
        return (counting.MultiplyAdds, hashes);
    }

    [Theory]
    [InlineData(OperatorRole.LmHead, NumericFormat.Fp32)]
    [InlineData(OperatorRole.LmHead, NumericFormat.Bf16)]
    [InlineData(OperatorRole.QueryProjection, NumericFormat.Bf16)]
    [InlineData(OperatorRole.ValueProjection, NumericFormat.Bf16)]
    [InlineData(OperatorRole.OutputProjection, NumericFormat.Bf16)]
    public void Sixty_four_plans_of_one_operator_cost_at_most_eight_single_replays(OperatorRole role, NumericFormat activations)
    {
        PlanSchedule[] candidates = Candidates(role, activations);
        ExecutionContract recorded = Record(candidates[5]);
        (long single, _) = Sweep([candidates[5]], recorded, memo: null);

        (long swept, _) = Sweep(candidates, recorded, new OperatorMemo(1 << 26));

        candidates.Should().HaveCount(64);
        swept.Should().BeLessThanOrEqualTo(8 * single);
    }

    // The operator itself must run once for each program: 64 times its share of the work is a floor that no sharing lowers, and fp32 results differ all the way down.
    [Fact]
    public void An_operator_with_a_large_share_costs_its_own_work_for_every_program_and_no_more_in_bf16()
    {
        PlanSchedule[] candidates = Candidates(OperatorRole.DownProjection, NumericFormat.Bf16);
        ExecutionContract recorded = Record(candidates[5]);
        (long single, _) = Sweep([candidates[5]], recorded, memo: null);

        (long swept, _) = Sweep(candidates, recorded, new OperatorMemo(1 << 26));

        double share = 3.0 * 72 * 32 / (((3 * ((32 * 32 * 2) + (16 * 32 * 2) + (72 * 32 * 3))) + (32 * 67)) * 1.0);
        swept.Should().BeInRange((long)(64 * share * 0.8 * single), (long)(((64 * share) + 2) * single));
    }

    [Fact]
    public void The_same_bits_come_out_with_and_without_a_memo_and_under_a_small_budget()
    {
        PlanSchedule[] candidates = [.. Candidates(OperatorRole.ValueProjection, NumericFormat.Bf16).Where((_, index) => index % 9 == 0)];
        ExecutionContract recorded = Record(candidates[1], steps: 4);
        var small = new OperatorMemo(20_000);

        (long plain, string[] without) = Sweep(candidates, recorded, memo: null);
        (long shared, string[] with) = Sweep(candidates, recorded, new OperatorMemo(1 << 26));
        (long squeezed, string[] underBudget) = Sweep(candidates, recorded, small);

        with.Should().Equal(without);
        underBudget.Should().Equal(without);
        shared.Should().BeLessThan(plain / 2);
        squeezed.Should().BeGreaterThan(shared);
        small.Bytes.Should().BeInRange(1, 20_000);
    }

    [Fact]
    public void A_memo_that_comes_and_goes_between_steps_changes_no_bit()
    {
        ExecutionPlan plan = Plan("split_k4");
        string[] Run(Func<int, bool> bypass)
        {
            CpuReplayEngine engine = Engine();
            Decode(engine, plan, [7, 8, 9], _ => false); // fills the memo with another sequence's results
            return Decode(engine, plan, [3, 17, 5], bypass);
        }

        string[] expected = Run(_ => true);

        Run(step => step % 2 == 0).Should().Equal(expected);
        Run(step => step % 2 == 1).Should().Equal(expected);
        Run(_ => false).Should().Equal(expected);
    }

    private static string[] Decode(CpuReplayEngine engine, ExecutionPlan plan, int[] prompt, Func<int, bool> bypass)
    {
        var sequence = new ReplaySequence(Configuration);
        var hashes = new List<string>();
        int[] tokens = prompt;
        for (int step = 0; step < 5; step++)
        {
            ReplayStepResult result = engine.Run(Model, new ReplayStep
            {
                Phase = step == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
                Plan = plan,
                Batch = [new SequenceTokens(sequence, tokens)],
                BypassMemo = bypass(step),
            });
            hashes.Add(TensorValue.FromFp32(result.Logits[0], result.Logits[0].Length).Sha256);
            tokens = [prompt[step % prompt.Length]];
        }

        return [.. hashes];
    }
}
