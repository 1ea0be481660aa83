using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.FluentAssertions.Tests.Setting;

namespace PlanForensics.FluentAssertions.Tests;

public sealed class TraceTests
{
    [Fact]
    public void The_text_of_a_token_flip()
    {
        ExecutionContract batch1 = Trace("batch1-03", Thin, "sequential_fma");
        ExecutionContract trace = Trace("batch4-03", Thin, "split_k4_bf16_staging", batchSize: 4);
        string message = Failure.Of(() => trace.Should().HaveNoTokenFlips(batch1, "the batch must not choose the token"));
        message.Should().Be(
            """
            Expected trace to choose the tokens of the other trace because the batch must not choose the token, but step 3 flips the token
              step        3 (decode, batch 4 against 1) of batch4-03 against batch1-03
              token       47 expected, 65 found
              margin      expected: token 47 1.7217064 (0x3FDC60E0) over 65 1.7116814 (0x3FDB1860) by 0.0100250244140625, 84096 ulps of fp32
                          found: token 65 1.7148438 (0x3FDB8000) over 47 1.7099609 (0x3FDAE000) by 0.0048828125, 40960 ulps of fp32
              logits      67 of 67 elements in other bits, at most 5981184 ulps of fp32
              operator    bits first differ at step 0: logits; record hidden-state hashes to learn the layer
                          logits [0] 0.72579765 (0x3F39CDE0) expected, 0.7104492 (0x3F35E000) found, 257504 ulps of fp32
              plans       not recorded; planforensics attribute finds the class that made the bits
              before      3 steps: 0 bitwise equal, 3 with other bits and the same token, 0 undecidable
              reproduce   planforensics diff batch1-03 batch4-03 --store EVIDENCE/traces-HASH.db
            """);
    }

    [Fact]
    public void The_text_of_other_bits_names_operator_and_plans()
    {
        ExecutionContract skeleton = Trace("request", Thin, "sequential_fma", steps: 2);
        ContractReplayOptions captures = new() { CaptureStep = 0, HiddenStateHashes = true };
        ExecutionContract expected = ContractReplay.Run(Engine, Model, skeleton, Schedule("sequential_fma"), captures);
        ExecutionContract replay = ContractReplay.Run(Engine, Model, skeleton, Schedule("split_k4_bf16_staging"), captures);
        Failure.Of(() => replay.Should().BeBitwiseEqualTo(expected)).Should().Be(
            """
            Expected replay to have the bits of the other trace, but step 0 has other bits
              step        0 (prefill, batch 1) of request against request
              token       47 in both
              margin      expected: token 47 2.5373936 (0x402264A8) over 42 1.5927486 (0x3FCBDF30) by 0.9446449279785156, 5670264 ulps of fp32
                          found: token 47 2.5429688 (0x4022C000) over 42 1.6191406 (0x3FCF4000) by 0.923828125, 5472256 ulps of fp32
              logits      67 of 67 elements in other bits, at most 1010016256 ulps of fp32
              operator    bits first differ at step 0: layer 0 q_proj
                          layer 0 q_proj [0,1] 0.14453125 (0x3E14) expected, 0.14355469 (0x3E13) found, 1 ulp of bf16
              plans       expected: e98f7152db2f (gemm out=bf16 and 1 more)
                          found: 1d9ce18a5297 (gemm out=bf16 split_k=4 staging=bf16 and 1 more)
              before      no step
              reproduce   planforensics diff request "request (2)" --store EVIDENCE/traces-HASH.db
            """);
    }

    [Fact]
    public void The_command_of_a_failure_runs_and_sees_the_flip()
    {
        ExecutionContract batch1 = Trace("batch 1", Thin, "sequential_fma");
        ExecutionContract batch4 = Trace("batch 4", Thin, "split_k4_bf16_staging");
        string message = Failure.Raw(() => batch4.Should().HaveNoTokenFlips(batch1));
        (int exitCode, string output, string errors) = Tool.RunForText(Failure.Command(message, 1));
        exitCode.Should().Be(1, errors);
        output.Should().Contain("batch 1").And.Contain("47").And.Contain("65");
    }

    [Fact]
    public void Traces_of_equal_tokens_pass_though_bits_differ()
    {
        ExecutionContract expected = Trace("a", Calm, "sequential_fma");
        ExecutionContract found = Trace("b", Calm, "split_k4_bf16_staging");
        found.Should().HaveNoTokenFlips(expected).And.NotBeNull();
        Failure.Of(() => found.Should().BeBitwiseEqualTo(expected)).Should().Contain("step 0 has other bits"); // negative control
        found.Should().BeBitwiseEqualTo(Trace("c", Calm, "split_k4_bf16_staging")).And.HaveNoTokenFlips(expected);
    }

    [Fact]
    public void What_cannot_be_said_fails()
    {
        ExecutionContract expected = Trace("a", Calm, "sequential_fma");
        ExecutionContract longer = Trace("b", Calm, "sequential_fma", steps: 8);
        ExecutionContract tokenless = Map(expected, step => step with { Observation = new StepObservation() });
        ExecutionContract tokensOnly = Map(expected, step => step with { Observation = new StepObservation { ChosenToken = step.Observation.ChosenToken } });
        ExecutionContract empty = expected with { Steps = [] };

        Failure.Of(() => expected.Should().HaveNoTokenFlips(Trace("c", Thin, "sequential_fma"))).Should().Contain("the effective requests differ").And.Contain("no step compares");
        Failure.Of(() => longer.Should().HaveNoTokenFlips(expected)).Should().Contain("this trace goes on for 2 steps that the other has not (8 found, 6 expected)");
        Failure.Of(() => expected.Should().HaveNoTokenFlips(longer)).Should().Contain("the other trace goes on for 2 steps that the other has not");
        Failure.Of(() => tokenless.Should().HaveNoTokenFlips(expected)).Should().Contain("it cannot be said: only side A recorded a chosen token; side B must record it too");
        Failure.Of(() => tokensOnly.Should().BeBitwiseEqualTo(expected)).Should().Contain("it cannot be said");
        Failure.Of(() => empty.Should().HaveNoTokenFlips(empty)).Should().Contain("there is no step to compare");
        Failure.Of(() => ((ExecutionContract?)null).Should().HaveNoTokenFlips(expected)).Should().Contain("found <null>");
        tokensOnly.Should().HaveNoTokenFlips(expected);
    }
}
