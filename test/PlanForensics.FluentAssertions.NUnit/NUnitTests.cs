using FluentAssertions;
using FluentAssertions.Execution;
using NUnit.Framework;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions.NUnit;

/// <summary>Failures are NUnit's own, in a scope and out of it.</summary>
public sealed class NUnitTests
{
    private static readonly float[] Expected = [1f, 1.5f];

    [Test]
    public void What_holds_passes()
    {
        float[] logits = [1f, 1.5f];
        logits.Should().BeBitwiseEqualTo(Expected).And.BeWithinUlps(0, Expected);
        BatchedOperator.Replay("o_proj", 8, 32, _ => new GemmPlan()).Should().BeBatchInvariant();
    }

    [Test]
    public void What_fails_is_an_assertion_of_NUnit()
    {
        float[] logits = [1f, 1.5000001f];
        AssertionException failure = Assert.Throws<AssertionException>(() => logits.Should().BeBitwiseEqualTo(Expected))!;
        failure.Message.Should().StartWith("Expected logits to have the bits of the expected values, but 1 of 2 elements differs");
    }

    [Test]
    public void A_scope_throws_once()
    {
        float[] logits = [1f, 1.5000001f];
        BlackBox kernel = BlackBox.Sum(4, values => values[0] + values[1] + values[2] + values[3]);
        AssertionException failure = Assert.Throws<AssertionException>(() =>
        {
            using var scope = new AssertionScope();
            logits.Should().BeWithinUlps(0, Expected);
            kernel.Should().AccumulateLike(new SumPlan { Lanes = new LaneTree { Lanes = 2 } });
        })!;
        failure.Message.Should().Contain("Expected logits to be within 0 ulps of fp32").And.Contain("Expected kernel to accumulate like the program");
    }
}
