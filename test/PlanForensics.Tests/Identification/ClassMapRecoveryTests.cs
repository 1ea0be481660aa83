using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Identification;

public sealed class ClassMapRecoveryTests
{
    // Tiles at places where no library that is known cuts: only the recorded bits can tell.
    private const string Map = "map{5..15x0..39: gemm step=muladd start=zero; *x*: gemm k_block=192 start=zero}";

    [Fact]
    public void A_tile_map_that_no_rule_knows_is_recovered_from_bits()
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(ProductSamples.Recorded(Map, 16, 64, 400), TestContext.Current.CancellationToken);
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plan.Should().Be(Map);
        result.Plans[0].Name.Should().Be("recovered map");
        result.RunnerUp!.Reproduced.Should().BeLessThan(1024);
    }

    [Fact]
    public void The_recovered_text_is_read_and_replays_to_the_same_bits()
    {
        RecordedOperator recorded = ProductSamples.Recorded("map{0..11x16..40: gemm lanes=64 start=zero; 12..20x*: gemm step=muladd start=zero; *x*: gemm k_block=192 start=zero}", 24, 50, 512);
        string found = OperatorIdentification.Default.Identify(recorded, TestContext.Current.CancellationToken).Plan!;
        (float[] a, float[] w) = ProductSamples.Inputs(24, 50, 512, 1);
        float[] replayed = new float[24 * 50];
        KernelSelection.Default.Gemm((GemmProgram)OperatorPlan.Parse(found).Lower(new OperatorShape(24, 50, 512)), a, new WeightMatrix(50, 512, w), [], replayed);
        replayed.Select(BitConverter.SingleToInt32Bits).Should().Equal(ProductSamples.Output(recorded).Select(BitConverter.SingleToInt32Bits));
        found.Should().StartWith("map{");
    }

    [Fact]
    public void A_rectangle_of_few_elements_names_no_order()
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(
            ProductSamples.Recorded("map{2..3x0..2: gemm step=muladd start=zero; *x*: gemm k_block=192 start=zero}", 6, 16, 400), TestContext.Current.CancellationToken);
        result.Verdict.Should().Be(IdentificationVerdict.Ambiguous);
        result.Reproduced.Should().Be(96);
        result.Reason.Should().Contain("too few to name an order by");
    }

    [Fact]
    public void Orders_of_no_engine_are_not_pieced_together() // negative control
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(
            ProductSamples.Recorded("map{5..15x0..39: gemm lanes=6 lane_merge=forward; *x*: gemm k_block=77 step=muladd}", 16, 64, 400), TestContext.Current.CancellationToken);
        result.Verdict.Should().Be(IdentificationVerdict.Unexplained);
        result.Plans.Should().NotContain(plan => plan.Name == "recovered map");
    }
}
