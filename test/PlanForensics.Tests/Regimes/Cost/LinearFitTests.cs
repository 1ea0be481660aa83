using FluentAssertions;
using PlanForensics.Regimes.Cost;
using Xunit;

namespace PlanForensics.Tests.Regimes.Cost;

public sealed class LinearFitTests
{
    private static readonly double[] Bytes = [1024, 4096, 65536, 262144, 1048576, 4194304, 16777216];

    private static readonly double[] Times = [0.021, 0.0203, 0.0229, 0.0284, 0.049, 0.131, 0.4608];

    // numpy 1.24: b = linalg.lstsq(X, y); s2 = r.r / (n - p); se = sqrt(s2 diag(inv(X'X))); 1 - r.r / sum (y - mean)^2; sqrt(r.r / n); sorted |r|.
    [Fact]
    public void A_line_is_that_of_numpys_least_squares()
    {
        LinearFit fit = LinearFit.Of(["constant", "bytes"], [Ones(7), Bytes], Times)!;

        fit.Terms.Select(term => term.Name).Should().Equal("constant", "bytes");
        Relative(fit.Terms[0].Coefficient, 0.021069693145651963).Should().BeLessThan(1e-12);
        Relative(fit.Terms[1].Coefficient, 2.6211912227410554e-08).Should().BeLessThan(1e-12);
        Relative(fit.Terms[0].StandardError!.Value, 0.00021218852690477256).Should().BeLessThan(1e-9);
        Relative(fit.Terms[1].StandardError!.Value, 3.239939153983864e-11).Should().BeLessThan(1e-9);
        Relative(fit.Determination!.Value, 0.9999923608861055).Should().BeLessThan(1e-12);
        Relative(fit.Residuals.RootMeanSquare, 0.0004142462586700149).Should().BeLessThan(1e-9);
        Relative(fit.Residuals.MedianAbsolute, 0.00011248297461246073).Should().BeLessThan(1e-9); // the fourth of seven
        Relative(fit.Residuals.P95Absolute, 0.0008770571381354376).Should().BeLessThan(1e-9); // ceil(0.95 x 7) = 7
        fit.NotIdentified.Should().BeEmpty();
    }

    [Fact]
    public void Three_terms_are_those_of_numpys_least_squares()
    {
        LinearFit fit = LinearFit.Of(
            ["constant", "tokens", "context_tokens"], [Ones(8), [1, 2, 4, 8, 8, 16, 3, 5], [100, 250, 900, 1200, 3000, 5000, 333, 80]], [2.51, 2.53, 2.60, 2.66, 2.81, 3.07, 2.55, 2.52])!;

        double[] expected = [2.4896831513937836, 0.006997794536338455, 9.239054088574243e-05];
        double[] errors = [0.006675725091001378, 0.0020792204352874247, 5.6977849514664145e-06];
        for (int term = 0; term < 3; term++)
        {
            Relative(fit.Terms[term].Coefficient, expected[term]).Should().BeLessThan(1e-10);
            Relative(fit.Terms[term].StandardError!.Value, errors[term]).Should().BeLessThan(1e-9);
        }

        Relative(fit.Determination!.Value, 0.9982494234570298).Should().BeLessThan(1e-12);
        fit.Predict(("constant", 1), ("tokens", 10), ("context_tokens", 1000)).Should().BeApproximately(2.4896831513937836 + 0.06997794536338455 + 0.09239054088574243, 1e-12);
    }

    [Fact]
    public void A_quantity_that_does_not_vary_is_not_identified()
    {
        LinearFit fit = LinearFit.Of(["constant", "bytes"], [Ones(4), [4096, 4096, 4096, 4096]], [1, 2, 3, 2])!;

        fit.NotIdentified.Should().Equal("bytes");
        fit.Find("constant")!.Coefficient.Should().BeApproximately(2, 1e-15);
        fit.Find("bytes").Should().BeNull();
        fit.Determination.Should().BeApproximately(0, 1e-15);
    }

    [Fact]
    public void A_combination_of_others_is_not_identified_and_one_record_has_no_errors()
    {
        LinearFit.Of(["constant", "a", "b"], [Ones(4), [1, 2, 3, 5], [3, 5, 7, 11]], [1, 2, 3, 4])!.NotIdentified.Should().Equal("b"); // b = 2 a + 1
        LinearFit single = LinearFit.Of(["constant", "a"], [[1], [7]], [3])!;
        single.Find("constant")!.StandardError.Should().BeNull();
        single.Determination.Should().Be(1);
        LinearFit.Of(["constant"], [[]], []).Should().BeNull();
    }

    private static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    private static double Relative(double value, double expected) => Math.Abs(value - expected) / Math.Abs(expected);
}
