using System.Globalization;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Cli.Output;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(250, 10.0, "25.0/s")]
    [InlineData(12_345, 10.0, "1,235/s")] // 1234.5 rounds to even at no digit: .NET rounds half away from zero
    [InlineData(3, 60.0, "3.0/min")]
    [InlineData(0, 10.0, "")]
    [InlineData(5, 0.1, "")]
    public void The_rate_is_the_mean_so_far(double done, double seconds, string expected) =>
        RateColumn.Of(done, TimeSpan.FromSeconds(seconds), isIndeterminate: false).Should().Be(expected);

    [Theory]
    [InlineData(25, 100, 10.0, "0:30 left")]
    [InlineData(1, 100, 65.0, "1:47:15 left")]
    [InlineData(100, 100, 10.0, "")]
    [InlineData(0, 100, 10.0, "")]
    [InlineData(25, 100, 0.1, "")]
    public void The_time_left_is_what_the_rest_takes_at_that_rate(double done, double total, double seconds, string expected) =>
        TimeLeftColumn.Of(done, total, TimeSpan.FromSeconds(seconds), isIndeterminate: false).Should().Be(expected);

    [Fact]
    public void Work_of_unknown_length_tells_neither()
    {
        RateColumn.Of(5, TimeSpan.FromSeconds(10), isIndeterminate: true).Should().BeEmpty();
        TimeLeftColumn.Of(5, 10, TimeSpan.FromSeconds(10), isIndeterminate: true).Should().BeEmpty();
    }

    [Fact]
    public void Progress_is_shown_on_a_terminal_and_nowhere_else()
    {
        Show(isTerminal: false).Should().BeEmpty();
        Show(isTerminal: true).Should().Contain("serving");
    }

    [Fact]
    public void Cells_are_coloured_only_where_colours_are_allowed()
    {
        ReportTable table = new("bits");
        table.Add(new ReportCell("differ", Tone.Bad));
        foreach (bool useColour in new[] { false, true })
        {
            using StringWriter output = new(CultureInfo.InvariantCulture);
            new TextReport(output, 80, useColour).Table(table);
            output.ToString().Contains('\u001b', StringComparison.Ordinal).Should().Be(useColour);
        }
    }

    private static string Show(bool isTerminal)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        Session session = new(output, error) { ErrorIsTerminal = isTerminal };
        session.Track("serving", 10, progress =>
        {
            progress.Report(5);
            return 1;
        }).Should().Be(1);
        output.ToString().Should().BeEmpty();
        return error.ToString();
    }
}
