using FluentAssertions;
using PlanForensics.Regimes.Causes;
using Xunit;

namespace PlanForensics.Tests.Regimes.Causes;

/// <summary>Negative controls: the same iterations in another order must not show chains.</summary>
public sealed class ShuffledTimelineTests
{
    // PLANFORENSICS_LONG=1 takes many more; docs/causes.md states that rate.
    private static readonly int Seeds = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? 1000 : 40;

    [Theory]
    [InlineData(ChainKind.Straggler)]
    [InlineData(ChainKind.BackPressure)]
    [InlineData(ChainKind.MemoryEvaporation)]
    [InlineData(ChainKind.Residency)]
    [InlineData(ChainKind.Isolation)]
    public void Shuffled_iterations_show_no_chain(ChainKind kind)
    {
        Scene scene = Scene.Of(kind);
        int byIteration = Enumerable.Range(0, Seeds).Count(seed => CauseDetector.Find(scene.Shuffled(seed).Timeline).Chains.Count > 0);
        int byRank = Enumerable.Range(0, Seeds).Count(seed => CauseDetector.Find(scene.Shuffled(seed, byRank: true).Timeline).Chains.Count > 0);

        (byIteration + byRank).Should().Be(0, $"{byIteration} and {byRank} of {Seeds} shuffles of each kind showed a chain");
        CauseDetector.Find(scene.Timeline).Chains.Should().NotBeEmpty("the order that was recorded does");
    }

    [Fact]
    public void Noise_shows_no_chain()
    {
        int found = Enumerable.Range(0, Seeds).Count(seed => CauseDetector.Find(Scene.Of(null, seed).Timeline).Chains.Count > 0);
        found.Should().Be(0);
    }

    [Fact]
    public void The_limits_of_chance_are_what_holds_shuffles_back() // the control has something to hold back
    {
        CauseOptions lax = new() { LargestChance = 1000, LargestCoincidence = 1000 };
        Enumerable.Range(0, 60).Count(seed => CauseDetector.Find(Scene.Of(ChainKind.Straggler).Shuffled(seed).Timeline, lax).Chains.Count > 0).Should().BeGreaterThan(10);
    }
}
