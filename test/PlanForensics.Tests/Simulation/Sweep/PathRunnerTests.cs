using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Simulation.Sweep;
using Xunit;

namespace PlanForensics.Tests.Simulation.Sweep;

public sealed class PathRunnerTests
{
    private static readonly ExecutionPlan One = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Bf16);

    private static readonly ExecutionPlan Other = PlanCatalog.Uniform(PlanCatalog.Gemms["gemv_16_lanes"], NumericFormat.Bf16);

    private static readonly SweepPrompt Prompt = SweepModel.Prompt("And the king said");

    [Fact]
    public void A_path_is_what_a_recorded_request_ran()
    {
        PathOutcome outcome = SweepModel.Runner(12).Run(Prompt, ServedPath.Of(Prompt.Tokens.Count, One, Other));
        ExecutionContract recorded = GreedyRecording.Run(
            new CpuReplayEngine(KernelSelection.Default), SweepModel.Model, "r", Prompt.Tokens.AsSpan(), new PlanSchedule("x", state => state.Phase == ExecutionPhase.Prefill ? One : Other), 12);

        outcome.Tokens.Should().Equal(recorded.ChosenTokens);
        outcome.LogitHashes.Should().Equal(recorded.Steps.Select(step => step.Observation.LogitsHash));
        outcome.Margins[3].Should().Be((double)recorded.Steps[3].Observation.Top1!.Value - recorded.Steps[3].Observation.Top2!.Value);
        outcome.TopProbabilities.Should().OnlyContain(probability => probability > 0 && probability <= 1);
        SweepModel.Runner(12).Run(Prompt, ServedPath.Of(Prompt.Tokens.Count, One, One)).LogitHashes.Should().NotEqual(outcome.LogitHashes, "the decode plan is another");
    }

    [Fact]
    public void A_prefill_in_parts_has_the_bits_of_one_in_a_step_and_parts_may_have_plans_of_their_own()
    {
        // fp32 between operators: no narrow store hides what the first part's plan did.
        ExecutionPlan one = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Fp32), other = PlanCatalog.Uniform(PlanCatalog.Gemms["gemv_16_lanes"], NumericFormat.Fp32);
        PathRunner runner = SweepModel.Runner(6);
        int count = Prompt.Tokens.Count;
        PathOutcome whole = runner.Run(Prompt, ServedPath.Of(count, one, one));

        runner.Run(Prompt, new ServedPath([new PrefillPart(2, one), new PrefillPart(count - 2, one)], one)).LogitHashes.Should().Equal(whole.LogitHashes);
        runner.Run(Prompt, new ServedPath([new PrefillPart(2, other), new PrefillPart(count - 2, one)], one)).LogitHashes.Should().NotEqual(whole.LogitHashes);
        FluentActions.Invoking(() => runner.Run(Prompt, ServedPath.Of(count - 1, One, One))).Should().Throw<ArgumentException>().WithMessage("*the path prefills*");
    }

    [Fact]
    public void Teacher_forcing_sees_the_given_tokens()
    {
        PathRunner runner = SweepModel.Runner(8);
        ServedPath path = ServedPath.Of(Prompt.Tokens.Count, One, One);
        PathOutcome free = runner.Run(Prompt, path);

        runner.Run(Prompt, path, free.Tokens).LogitHashes.Should().Equal(free.LogitHashes);
        string[] other = [.. runner.Run(Prompt, path, free.Tokens.Select((token, index) => index == 2 ? token + 1 : token).ToValueList()).LogitHashes];

        other.Take(3).Should().Equal(free.LogitHashes.Take(3), "the third token is seen in the fourth step");
        other[3].Should().NotBe(free.LogitHashes[3]);
    }

    [Fact]
    public void Plans_that_lower_to_equal_programs_run_once()
    {
        // K is 128 everywhere but in down_proj (352): slices of whole 64s make four slices and two the same cut of 128, not of 352.
        ExecutionPlan Cut(int slices, int down) => One.With(PlanCatalog.GemmRules(new GemmPlan { SplitK = slices, SplitGrain = 64, Output = NumericFormat.Bf16 }))
            .With(new PlanRule(null, null, OperatorRole.DownProjection, new GemmPlan { SplitK = down, SplitGrain = 64, Output = NumericFormat.Bf16 }));
        PathRunner runner = SweepModel.Runner(3);
        int count = Prompt.Tokens.Count;

        runner.Run(Prompt, ServedPath.Of(count, Cut(4, 2), Cut(4, 2)));
        runner.Run(Prompt, ServedPath.Of(count, Cut(2, 2), Cut(2, 2)));
        runner.RunCount.Should().Be(1);
        runner.Run(Prompt, ServedPath.Of(count, Cut(2, 4), Cut(2, 4)));
        runner.RunCount.Should().Be(2, "four slices of 352 are another cut");
        runner.RunAgain(Prompt, ServedPath.Of(count, Cut(2, 4), Cut(2, 4)));
        runner.RunCount.Should().Be(3, "a control runs anew");
    }
}
