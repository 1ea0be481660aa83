using FluentAssertions;
using FluentAssertions.Execution;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions.MSTest;

/// <summary>Failures are MSTest's own, in a scope and out of it.</summary>
[TestClass]
public sealed class MSTestTests
{
    private static readonly float[] Expected = [1f, 1.5f];

    [TestMethod]
    public void What_holds_passes()
    {
        float[] logits = [1f, 1.5f];
        logits.Should().BeBitwiseEqualTo(Expected).And.BeWithinUlps(0, Expected);
        BatchedOperator.Replay("o_proj", 8, 32, _ => new GemmPlan()).Should().BeBatchInvariant();
    }

    [TestMethod]
    public void What_fails_is_an_assertion_of_MSTest()
    {
        float[] logits = [1f, 1.5000001f];
        AssertFailedException failure = Assert.ThrowsExactly<AssertFailedException>(() => logits.Should().BeBitwiseEqualTo(Expected));
        failure.Message.Should().StartWith("Expected logits to have the bits of the expected values, but 1 of 2 elements differs");
    }

    [TestMethod]
    public void A_scope_throws_once()
    {
        float[] logits = [1f, 1.5000001f];
        BlackBox kernel = BlackBox.Sum(4, values => values[0] + values[1] + values[2] + values[3]);
        AssertFailedException failure = Assert.ThrowsExactly<AssertFailedException>(() =>
        {
            using var scope = new AssertionScope();
            logits.Should().BeWithinUlps(0, Expected);
            kernel.Should().AccumulateLike(new SumPlan { Lanes = new LaneTree { Lanes = 2 } });
        });
        failure.Message.Should().Contain("Expected logits to be within 0 ulps of fp32").And.Contain("Expected kernel to accumulate like the program");
    }
}
