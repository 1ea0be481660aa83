using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Regimes;
using Xunit;

namespace PlanForensics.Tests.Regimes;

public sealed class RegimeClassifierTests
{
    private static readonly RegimeInputs Quiet = new()
    {
        IsolationMode = "none", VramFreeMb = 8192, ReplicationPinnedMb = 0, CheckpointPinnedMb = 0, KvPoolMb = 16384, PagingActive = false, QueueP95Ms = 1,
    };

    private static readonly RegimeClassifier Classifier = new();

    [Fact]
    public void A_quiet_step_is_normal() => Classifier.Classify(Quiet).Should().Be(new RegimeVerdict(Regime.Normal));

    [Theory]
    [InlineData(819.2, Regime.MemoryPressured)] // 819.2 / 16384 is 0.05 exactly as double: not below
    [InlineData(819.1999999999999, Regime.MemoryEvaporation)] // the double before
    [InlineData(819.2000000000002, Regime.MemoryPressured)]
    [InlineData(0, Regime.MemoryEvaporation)]
    public void Memory_evaporates_below_a_ratio_of_five_hundredths(double free, Regime expected) => Classifier.Classify(Quiet with { VramFreeMb = free }).Regime.Should().Be(expected);

    [Theory]
    [InlineData(1000, 20000, Regime.MemoryPressured)] // 0.05
    [InlineData(999.9999999, 20000, Regime.MemoryEvaporation)]
    [InlineData(5, 100, Regime.MemoryPressured)] // 0.05
    [InlineData(4.999999, 100, Regime.MemoryEvaporation)]
    public void A_ratio_of_exactly_five_hundredths_is_not_below_for_any_pool(double free, double pool, Regime expected) =>
        Classifier.Classify(Quiet with { VramFreeMb = free, KvPoolMb = pool }).Regime.Should().Be(expected);

    [Theory]
    [InlineData(1024, Regime.Normal)]
    [InlineData(1023.9999999999999, Regime.MemoryPressured)] // the double before
    [InlineData(1024.0000000000002, Regime.Normal)]
    public void Memory_is_pressured_below_1024_megabytes(double free, Regime expected) => Classifier.Classify(Quiet with { VramFreeMb = free, KvPoolMb = 2048 }).Regime.Should().Be(expected);

    [Theory]
    [InlineData(50, Regime.Normal)]
    [InlineData(50.00000000000001, Regime.QueueDegraded)] // the double after
    [InlineData(49.99999999999999, Regime.Normal)]
    public void A_queue_is_degraded_above_50_milliseconds(double p95, Regime expected) => Classifier.Classify(Quiet with { QueueP95Ms = p95 }).Regime.Should().Be(expected);

    [Fact]
    public void An_empty_pool_is_ratio_one()
    {
        RegimeInputs inputs = Quiet with { VramFreeMb = 0, KvPoolMb = 0 };
        inputs.FreeRatio.Should().Be(1);
        Classifier.Classify(inputs).Regime.Should().Be(Regime.MemoryPressured);
        Classifier.Classify(Quiet with { VramFreeMb = 0, KvPoolMb = 1 }).Regime.Should().Be(Regime.MemoryEvaporation);
        Classifier.Classify(Quiet with { VramFreeMb = 4000, KvPoolMb = 0 }).Regime.Should().Be(Regime.Normal);
    }

    [Fact]
    public void Pins_lower_what_is_free()
    {
        Classifier.Classify(Quiet with { VramFreeMb = 3000, ReplicationPinnedMb = 1000, CheckpointPinnedMb = 976 }).Regime.Should().Be(Regime.Normal); // 1024
        Classifier.Classify(Quiet with { VramFreeMb = 3000, ReplicationPinnedMb = 1000, CheckpointPinnedMb = 977 }).Regime.Should().Be(Regime.MemoryPressured);
        RegimeInputs over = Quiet with { VramFreeMb = 100, ReplicationPinnedMb = 500 };
        over.EffectiveFreeMb.Should().Be(-400);
        Classifier.Classify(over).Regime.Should().Be(Regime.MemoryEvaporation);
    }

    [Fact]
    public void Every_rule_yields_to_those_before_it()
    {
        RegimeInputs all = new() { IsolationMode = "strict", VramFreeMb = 100, ReplicationPinnedMb = 0, CheckpointPinnedMb = 0, KvPoolMb = 16384, PagingActive = true, QueueP95Ms = 90 };
        Classifier.Classify(all).Regime.Should().Be(Regime.IsolationStrict);
        all = all with { IsolationMode = "none" };
        Classifier.Classify(all).Regime.Should().Be(Regime.MemoryEvaporation);
        all = all with { KvPoolMb = 1000 };
        Classifier.Classify(all).Regime.Should().Be(Regime.Paging);
        all = all with { PagingActive = false };
        Classifier.Classify(all).Regime.Should().Be(Regime.MemoryPressured);
        all = all with { VramFreeMb = 1024 };
        Classifier.Classify(all).Regime.Should().Be(Regime.QueueDegraded);
        all = all with { QueueP95Ms = 50 };
        Classifier.Classify(all).Regime.Should().Be(Regime.Normal);
    }

    [Fact]
    public void Thresholds_are_options()
    {
        RegimeClassifier other = new(new RegimeThresholds
        {
            EvaporationRatio = 0.5, PressuredFreeMb = 9000, QueueP95Ms = 0.5, StrictIsolationModes = new[] { "MIG" }.ToValueList(),
        });
        other.Classify(Quiet).Regime.Should().Be(Regime.MemoryPressured); // 8192 / 16384 is 0.5: not below
        other.Classify(Quiet with { VramFreeMb = 8191 }).Regime.Should().Be(Regime.MemoryEvaporation);
        other.Classify(Quiet with { VramFreeMb = 9000 }).Regime.Should().Be(Regime.QueueDegraded);
        other.Classify(Quiet with { IsolationMode = "mig" }).Regime.Should().Be(Regime.IsolationStrict);
        other.Classify(Quiet with { IsolationMode = "strict", VramFreeMb = 9000, QueueP95Ms = 0.5 }).Regime.Should().Be(Regime.Normal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Values_that_are_no_sizes_are_refused(double bad)
    {
        Func<RegimeInputs>[] inputs =
        [
            () => Quiet with { VramFreeMb = bad }, () => Quiet with { ReplicationPinnedMb = bad }, () => Quiet with { CheckpointPinnedMb = bad },
            () => Quiet with { KvPoolMb = bad }, () => Quiet with { QueueP95Ms = bad },
        ];
        foreach (Func<RegimeInputs> make in inputs)
            make.Should().Throw<ArgumentOutOfRangeException>();
        Func<RegimeThresholds>[] limits =
        [
            () => new RegimeThresholds { EvaporationRatio = bad }, () => new RegimeThresholds { PressuredFreeMb = bad }, () => new RegimeThresholds { QueueP95Ms = bad },
            () => new RegimeThresholds { Fabric = new FabricThresholds { CongestedP95 = bad } },
        ];
        foreach (Func<RegimeThresholds> make in limits)
            make.Should().Throw<ArgumentOutOfRangeException>();
        new Func<FabricInputs>(() => new FabricInputs { InflationP50 = bad }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Without_an_input_that_decides_the_regime_is_unknown_and_says_what_is_possible()
    {
        RegimeVerdict verdict = Classifier.Classify(Quiet with { KvPoolMb = null, PagingActive = true });
        verdict.Regime.Should().Be(Regime.Unknown);
        verdict.Missing.Should().Be(RegimeInput.KvPoolMb);
        verdict.Possible.Should().Equal(Regime.MemoryEvaporation, Regime.Paging);
        verdict.ToString().Should().Be("unknown: memory_evaporation or paging (kv_pool_mb not recorded)");
        Classifier.Classify(Quiet with { VramFreeMb = null }).Possible.Should().Equal(Regime.MemoryEvaporation, Regime.MemoryPressured, Regime.Normal);
        Classifier.Classify(Quiet with { QueueP95Ms = null }).Possible.Should().Equal(Regime.QueueDegraded, Regime.Normal);
        Classifier.Classify(default(RegimeInputs)).Missing.Should().Be(RegimeInput.VramFreeMb | RegimeInput.KvPoolMb | RegimeInput.QueueTimeMs);
    }

    [Fact]
    public void An_input_that_cannot_change_the_regime_need_not_be_recorded()
    {
        Classifier.Classify(Quiet with { IsolationMode = "strict", VramFreeMb = null, KvPoolMb = null, QueueP95Ms = null }).Regime.Should().Be(Regime.IsolationStrict);
        Classifier.Classify(Quiet with { VramFreeMb = 10, QueueP95Ms = null }).Regime.Should().Be(Regime.MemoryEvaporation);
        Classifier.Classify(Quiet with { KvPoolMb = 0, VramFreeMb = null, PagingActive = true }).Regime.Should().Be(Regime.Paging);
        RegimeClassifier strict = new(new RegimeThresholds { Unrecorded = UnrecordedInput.Unknown });
        strict.Classify(Quiet with { VramFreeMb = 10, ReplicationPinnedMb = null }).Should().Be(new RegimeVerdict(Regime.MemoryEvaporation), "a pin only lowers what is free");
    }

    [Fact]
    public void What_an_absent_feature_means_is_an_option()
    {
        RegimeInputs bare = new() { VramFreeMb = 8192, KvPoolMb = 16384, QueueP95Ms = 1 };
        Classifier.Classify(bare).Should().Be(new RegimeVerdict(Regime.Normal, RegimeInput.None, RegimeInput.Features));
        RegimeClassifier strict = new(new RegimeThresholds { Unrecorded = UnrecordedInput.Unknown });
        strict.Classify(bare).Regime.Should().Be(Regime.Unknown);
        strict.Classify(bare).Missing.Should().Be(RegimeInput.Features);
        strict.Classify(Quiet).Regime.Should().Be(Regime.Normal);
        RegimeClassifier lax = new(new RegimeThresholds { Unrecorded = UnrecordedInput.Ignored });
        lax.Classify(new RegimeInputs { QueueP95Ms = 90 }).Regime.Should().Be(Regime.QueueDegraded);
        Classifier.Classify(new RegimeInputs { QueueP95Ms = 90 }).Regime.Should().Be(Regime.Unknown);
    }

    [Theory]
    [InlineData(2, 2, 4, 1, 0, FabricRegime.Normal)]
    [InlineData(2.0000001, 3, 4, 1, 0, FabricRegime.Degraded)]
    [InlineData(1, 2.0000001, 4, 1, 0, FabricRegime.Congested)]
    [InlineData(1, 2, 4.0000001, 1, 0, FabricRegime.Congested)]
    [InlineData(1, 2, 4, 1.0000001, 0, FabricRegime.Congested)]
    [InlineData(1, 2, 4, 1, 0.0000001, FabricRegime.Congested)]
    [InlineData(1, 2, 10, 5, 10, FabricRegime.Congested)]
    [InlineData(1, 2, 10.0000001, 5, 10, FabricRegime.Degraded)]
    [InlineData(1, 2, 10, 5.0000001, 10, FabricRegime.Degraded)]
    [InlineData(1, 2, 10, 5, 10.0000001, FabricRegime.Degraded)]
    public void A_fabric_is_judged_by_percentiles_skew_and_retransmits(double p50, double p95, double p99, double skew, double retransmits, FabricRegime expected) =>
        Classifier.Classify(new FabricInputs { InflationP50 = p50, InflationP95 = p95, InflationP99 = p99, SkewP95 = skew, Retransmits = retransmits }).Should().Be(expected);

    [Fact]
    public void A_fabric_of_which_nothing_was_recorded_is_unknown()
    {
        Classifier.Classify(default(FabricInputs)).Should().Be(FabricRegime.Unknown);
        Classifier.Classify(new FabricInputs { HasCollective = false }).Should().Be(FabricRegime.None);
        Classifier.Classify(new FabricInputs { Retransmits = 0 }).Should().Be(FabricRegime.Unknown, "no time of a collective says that it is normal");
        Classifier.Classify(new FabricInputs { Retransmits = 1 }).Should().Be(FabricRegime.Congested);
    }

    [Fact]
    public void Names_read_back()
    {
        foreach (Regime regime in Enum.GetValues<Regime>())
        {
            RegimeNames.TryParse(RegimeNames.NameOf(regime), out Regime read).Should().BeTrue();
            read.Should().Be(regime);
        }

        RegimeNames.TryParse("Normal", out Regime _).Should().BeFalse();
        Enum.GetValues<FabricRegime>().Select(RegimeNames.NameOf).Should().Equal("unknown", "none", "degraded", "congested", "normal");
    }

    [Fact]
    public void The_recorder_can_be_given_the_name() => Classifier.NameOf(Records.Quiet(0) with { VramFreeMb = 900 }).Should().Be("memory_pressured");
}
