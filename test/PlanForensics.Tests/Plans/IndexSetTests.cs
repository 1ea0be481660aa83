using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public class IndexSetTests
{
    [Fact]
    public void Ranges_that_touch_are_one()
    {
        new IndexSet((0, 2), (3, 5), (7, 7)).Text.Should().Be("0..5,7..7");
        IndexSet.TryParse("0..2,3..5,7..7", out IndexSet? read).Should().BeTrue();
        read.Should().Be(new IndexSet((0, 5), (7, 7)));
    }

    [Fact]
    public void It_holds_what_its_ranges_hold()
    {
        var set = new IndexSet((2, 3), (6, 9), (20, 20));
        Enumerable.Range(0, 25).Where(set.Contains).Should().Equal(2, 3, 6, 7, 8, 9, 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("0..1,")]
    [InlineData("1..0")]
    [InlineData("4..5,0..1")]
    [InlineData("0..3,3..4")]
    [InlineData("-1..2")]
    public void What_is_no_ascending_list_of_ranges_is_not_read(string text) => IndexSet.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Empty_and_overlapping_sets_are_refused()
    {
        FluentActions.Invoking(() => new IndexSet()).Should().Throw<ArgumentException>().WithMessage("*at least one range*");
        FluentActions.Invoking(() => new IndexSet((0, 3), (3, 4))).Should().Throw<ArgumentException>().WithMessage("*got 3..4 after 0..3*");
        FluentActions.Invoking(() => new IndexSet((-1, 3))).Should().Throw<ArgumentException>().WithMessage("*got -1..3*");
    }
}
