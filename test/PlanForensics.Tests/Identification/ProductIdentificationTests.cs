using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Identification;

public sealed class ProductIdentificationTests
{
    [Theory]
    [InlineData("gemm k_block=256 start=zero", 2, 40, 600)]
    [InlineData("gemm k_block=192 start=zero", 5, 40, 600)]
    [InlineData("gemm step=muladd lanes=4 start=zero", 3, 40, 600)]
    public void A_rule_s_plan_is_named(string plan, int m, int n, int k)
    {
        IdentificationResult result = Identify(ProductSamples.Recorded(plan, m, n, k));
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plan.Should().Be(plan);
        (result.Reproduced, result.Elements, result.Reason).Should().Be((m * n, m * n, null));
        result.RunnerUp!.Reproduced.Should().BeLessThan(m * n);
    }

    [Fact]
    public void The_engine_s_name_only_orders_equal_plans()
    {
        RecordedOperator recorded = ProductSamples.Recorded("gemm k_block=256 start=zero", 2, 40, 600, attributes: OperatorAttributes.None.With("engine", "libtorch.linear.f32"));
        Identify(recorded).Plan.Should().Be("gemm k_block=256 start=zero", "bits decide");
    }

    [Fact]
    public void Few_terms_are_ambiguous() => Identify(ProductSamples.Recorded("gemm", 4, 12, 1)).Verdict.Should().Be(IdentificationVerdict.Ambiguous, "one product has no order");

    [Fact]
    public void A_bf16_output_gives_a_class_of_its_fp32_orders()
    {
        IdentificationResult result = Identify(ProductSamples.Recorded("gemm step=bf16pair operand=bf16 out=bf16 k_block=512 start=zero", 1, 40, 768, operands: NumericFormat.Bf16));
        result.Verdict.Should().Be(IdentificationVerdict.Class);
        result.Plan!.Split(" | ").Should().Contain("gemm step=bf16pair operand=bf16 out=bf16 k_block=512 start=zero").And.HaveCountGreaterThan(1);
        foreach (string plan in result.Plan.Split(" | "))
            OperatorPlan.Parse(plan).Text.Should().Be(plan);
    }

    [Fact]
    public void An_order_that_nobody_runs_is_unexplained_with_the_nearest_plan()
    {
        IdentificationResult result = Identify(ProductSamples.Recorded("gemm lanes=7 lane_merge=forward k_block=50", 6, 40, 300));
        result.Verdict.Should().Be(IdentificationVerdict.Unexplained);
        result.Plan.Should().NotBeNull();
        result.Reproduced.Should().BeInRange(1, 239);
        result.Reason.Should().Contain("no known plan reproduces every element");
    }

    [Fact]
    public void One_wrong_bit_is_enough() // negative control
    {
        RecordedOperator recorded = ProductSamples.Recorded("gemm k_block=256 start=zero", 2, 40, 600);
        float[] c = ProductSamples.Output(recorded);
        c[17] = MathF.BitIncrement(c[17]);
        (float[] a, float[] w) = ProductSamples.Inputs(2, 40, 600, 1);
        IdentificationResult result = Identify(ProductSamples.Of(a, w, c, 2, 40, 600));
        result.Verdict.Should().Be(IdentificationVerdict.Unexplained);
        (result.Plan, result.Reproduced).Should().Be(("gemm k_block=256 start=zero", 79));
    }

    [Fact]
    public void NaNs_are_equal_whatever_their_payload()
    {
        (float[] a, float[] w) = ProductSamples.Inputs(2, 40, 600, 1);
        a[3] = float.NaN;
        float[] c = ProductSamples.Output(ProductSamples.Recorded("gemm k_block=256 start=zero", 2, 40, 600));
        for (int column = 0; column < 40; column++)
            c[column] = BitConverter.UInt32BitsToSingle(0xFFC12345);
        IdentificationResult result = Identify(ProductSamples.Of(a, w, c, 2, 40, 600));
        (result.Verdict, result.Reproduced).Should().Be((IdentificationVerdict.Identified, 80));
    }

    [Fact]
    public void An_operator_that_nobody_handles_has_no_plan()
    {
        IdentificationResult result = Identify(new RecordedOperator("y.bin", "convolution", [], TensorValue.FromFp32([1, 2], 2)));
        (result.Verdict, result.Plan, result.Reproduced, result.Elements).Should().Be((IdentificationVerdict.Unexplained, null, 0, 2));
        result.Reason.Should().Contain("no rule is known for the operator convolution");
    }

    [Fact]
    public void Identification_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        FluentActions.Invoking(() => OperatorIdentification.Default.Identify(ProductSamples.Recorded("gemm", 2, 3, 40), cancelled.Token)).Should().Throw<OperationCanceledException>();
    }

    private static IdentificationResult Identify(RecordedOperator recorded) => OperatorIdentification.Default.Identify(recorded, TestContext.Current.CancellationToken);
}
