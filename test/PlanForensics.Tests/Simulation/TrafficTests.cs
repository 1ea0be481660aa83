using FluentAssertions;
using PlanForensics.Simulation.Traffic;
using Xunit;

namespace PlanForensics.Tests.Simulation;

public sealed class TrafficTests
{
    [Fact]
    public void Azure_rows_are_read_in_any_order_of_columns_and_sorted_by_time()
    {
        TrafficTrace trace = Read("\uFEFFContextTokens,Extra,TIMESTAMP,GeneratedTokens\r\n\r\n5,x,2023-11-16 18:15:46.6805900,2\r\n7,y,2023-11-16 18:15:46.5,1\r\n9,z,2023-11-16 20:15:47+02:00,0\r\n");

        trace.StartedAt.Should().Be(new DateTimeOffset(2023, 11, 16, 18, 15, 46, 500, TimeSpan.Zero));
        trace.Requests.Select(request => (request.ArrivalTicks, request.PromptTokens, request.OutputTokens)).Should().Equal((0, 7, 1), (1805900, 5, 2), (5000000, 9, 0));
        trace.BlockTokens.Should().Be(0);
    }

    [Fact]
    public void Mooncake_lines_carry_block_identities()
    {
        TrafficTrace trace = Read("{\"timestamp\": 27, \"input_length\": 1025, \"output_length\": 4, \"hash_ids\": [0, 46, 47]}\n{\"timestamp\": 3000.5, \"input_length\": 10, \"output_length\": 4}\n");

        trace.BlockTokens.Should().Be(512);
        trace.Requests[0].Blocks.ToArray().Should().Equal(0, 46, 47);
        trace.Requests[1].ArrivalTicks.Should().Be(29735000);
        trace.AtSpeed(2).Requests[1].ArrivalTicks.Should().Be(14867500);
        trace.Take(1).Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("", "no arrival")]
    [InlineData("hello\n1\n", "line 1: expected JSON objects, or a heading")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,2\nsoon,1,2\n", "line 3: \"soon\" is no time")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1\n", "line 2: expected 3 cells, got 2")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,0,2\n", "line 2: a request has 1 prompt token or more")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,many,2\n", "\"many\" is no number of tokens")]
    [InlineData("{\"timestamp\": 0, \"input_length\": 4, \"output_length\": 1}\n{\"timestamp\": 0}\n", "line 2: expected an object")]
    [InlineData("{\"timestamp\": 0, \"input_length\": 512, \"output_length\": 1, \"hash_ids\": [1, 2]}\n", "line 1: 2 hash_ids are too many for 512 tokens")]
    public void Damage_is_reported_with_its_line(string text, string expected) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<TrafficFormatException>().WithMessage($"*{expected}*");

    [Fact]
    public void The_public_traces_are_read_whole()
    {
        TrafficTrace azure = TrafficReader.Read(SharedData.PathOf("traces", "azure_llm_2023_conv.csv"));
        TrafficTrace mooncake = TrafficReader.Read(SharedData.PathOf("traces", "mooncake_conversation.jsonl"));

        // Counted by a few lines of Python.
        (azure.Requests.Count, azure.Requests.Sum(request => (long)request.PromptTokens), azure.Requests.Sum(request => (long)request.OutputTokens)).Should().Be((19366, 22361870, 4088665));
        (mooncake.Requests.Count, mooncake.Requests.Sum(request => (long)request.PromptTokens), mooncake.Requests.Sum(request => (long)request.OutputTokens)).Should().Be((12031, 144793823, 4122048));
    }

    [Fact]
    public void Poisson_arrivals_have_the_rate_and_the_spread_of_an_exponential()
    {
        TrafficTrace trace = new PoissonTraffic { Count = 20000, RatePerSecond = 50, PromptTokens = (10, 20), OutputTokens = (3, 3), PrefixTokens = 32, PrefixGroups = 4 }.Generate(1);
        double[] gaps = [.. trace.Requests.Zip(trace.Requests.Skip(1), (a, b) => (b.ArrivalTicks - a.ArrivalTicks) / 1e7)];

        gaps.Average().Should().BeApproximately(0.02, 0.0006, "four standard errors are 0.02 * 4 / sqrt(20000)");
        gaps.Count(gap => gap > 0.02).Should().BeInRange(7080, 7640, "exp(-1) of them, four standard errors to either side");
        trace.Requests.Should().OnlyContain(request => request.PromptTokens == 33 && request.OutputTokens == 3 && request.Blocks.Length == 2);
        trace.Requests.Select(request => request.Blocks.Span[0]).Distinct().Should().HaveCount(4);
        new PoissonTraffic { Count = 3, RatePerSecond = 50 }.Generate(2).Requests.Should().NotEqual(trace.Requests.Take(3));
    }

    private static TrafficTrace Read(string text)
    {
        using StringReader reader = new(text);
        return TrafficReader.Read(reader, "test");
    }
}
