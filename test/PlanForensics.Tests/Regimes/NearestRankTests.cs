using CsCheck;
using FluentAssertions;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using Xunit;

namespace PlanForensics.Tests.Regimes;

public sealed class NearestRankTests
{
    // numpy.percentile(v, (50, 95, 99), method="inverted_cdf") over x = (1103515245 x + 12345) mod 2^31 from 7, value x / 2^16.
    [Theory]
    [InlineData(1, 19564.33282470703, 19564.33282470703, 19564.33282470703)]
    [InlineData(2, 9806.310012817383, 19564.33282470703, 19564.33282470703)]
    [InlineData(19, 19150.572296142578, 32531.56494140625, 32531.56494140625)]
    [InlineData(20, 14185.450744628906, 32034.656707763672, 32531.56494140625)]
    [InlineData(21, 14185.450744628906, 32034.656707763672, 32531.56494140625)]
    [InlineData(100, 16918.10905456543, 31790.91014099121, 32531.56494140625)]
    [InlineData(101, 16918.10905456543, 31790.91014099121, 32531.56494140625)]
    [InlineData(1000, 15963.269317626953, 30970.370803833008, 32440.50225830078)]
    public void Percentiles_are_those_of_numpy(int count, double p50, double p95, double p99)
    {
        double[] values = new double[count];
        uint x = 7;
        for (int index = 0; index < count; index++)
        {
            x = (1103515245 * x + 12345) & 0x7FFFFFFF;
            values[index] = x / 65536.0;
        }

        Quantiles.Of([.. values]).Should().Be(new Quantiles(count, p50, p95, p99));
        Array.Sort(values);
        NearestRank.Of(values, 95).Should().Be(p95);
        NearestRank.Of(values, 100).Should().Be(values[^1]);
    }

    [Fact]
    public void Searching_finds_what_sorting_finds() =>
        Gen.OneOf(Gen.Double[0, 1], Gen.Int[0, 3].Select(value => (double)value)).Array[1, 400].Sample(values =>
        {
            double[] sorted = [.. values.Order()];
            Quantiles.Of([.. values]).Should().Be(new Quantiles(values.Length, NearestRank.Of(sorted, 50), NearestRank.Of(sorted, 95), NearestRank.Of(sorted, 99)));
        }, iter: 300);

    [Fact]
    public void No_value_has_no_percentile()
    {
        Quantiles.Of([]).Should().Be(new Quantiles(0, null, null, null));
        FluentActions.Invoking(() => NearestRank.Of([], 50)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => NearestRank.Of([1], 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => NearestRank.Of([1], 101)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
