using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractLineReaderTests
{
    [Fact]
    public void Lines_come_back_in_order_with_BOM_CRLF_empty_lines_and_no_last_line_end()
    {
        string[] lines = [.. Enumerable.Range(0, 5).Select(index => ContractJson.Format(ContractSamples.Small($"r{index}")))];
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"{lines[0]}\r\n\n  \r\n{lines[1]}\n{lines[2]}\n\n{lines[3]}\r\n{lines[4]}")];

        ContractLineReader reader = new(new TricklingStream(bytes, 7));
        reader.Read().Select(contract => contract.RequestId).Should().Equal("r0", "r1", "r2", "r3", "r4");
        reader.LineCount.Should().Be(8);
        reader.ContractCount.Should().Be(5);
    }

    [Fact]
    public async Task Reading_asynchronously_reads_the_same()
    {
        using MemoryStream stream = new();
        ContractLineWriter writer = new(stream);
        for (int index = 0; index < 20; index++)
            writer.Write(ContractSamples.Small($"r{index}"));

        List<ExecutionContract> read = [];
        await foreach (ExecutionContract contract in new ContractLineReader(new TricklingStream(stream.ToArray(), 1000)).ReadAsync(TestContext.Current.CancellationToken))
            read.Add(contract);

        read.Should().Equal(Enumerable.Range(0, 20).Select(index => ContractSamples.Small($"r{index}")));
    }

    [Theory]
    [InlineData("{\"schema_version\":1,", 20, "end of data")]
    [InlineData("not json", 2, "invalid")]
    [InlineData("null", 1, "expected an object")]
    [InlineData("[]", 1, "does not fit")]
    [InlineData("{\"schema_version\":99}", 1, "the contract has schema 99, this version reads 1 to 1; it needs a newer PlanForensics")]
    public void A_damaged_line_is_named_with_line_column_and_reason(string line, long column, string reason)
    {
        string text = ContractJson.Format(ContractSamples.Small()) + "\n\n" + line;

        Action read = () => _ = Read(text).Read().ToList();

        ContractFormatException thrown = read.Should().Throw<ContractFormatException>().Which;
        thrown.Line.Should().Be(3);
        thrown.Column.Should().BeInRange(column - 1, column + 1);
        thrown.Reason.Should().Contain(reason);
        thrown.Message.Should().StartWith("line 3, column ");
    }

    [Fact]
    public void A_bad_value_deep_in_a_step_is_placed_at_its_own_field()
    {
        string good = ContractJson.Format(ContractSamples.Small(steps: 4));
        string damaged = good.Replace("\"key_length\":5", "\"key_length\":-5", StringComparison.Ordinal);

        Action read = () => _ = Read(damaged).Read().ToList();

        ContractFormatException thrown = read.Should().Throw<ContractFormatException>().Which;
        thrown.Reason.Should().Be("key_length must be 1 or more, but is -5");
        thrown.Column.Should().Be(1 + damaged.IndexOf("\"key_length\":-5", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_of_the_wrong_kind_deep_in_a_list_is_placed_and_its_path_is_said()
    {
        string good = ContractJson.Format(ContractSamples.Small(steps: 4));
        string damaged = good.Replace("\"key_length\":5", "\"key_length\":5.5", StringComparison.Ordinal);

        Action read = () => _ = Read(damaged).Read().ToList();

        ContractFormatException thrown = read.Should().Throw<ContractFormatException>().Which;
        thrown.Reason.Should().Be("the value does not fit this field (at $.steps[2].state.shape.key_length)");
        thrown.Column.Should().BeInRange(damaged.IndexOf("5.5", StringComparison.Ordinal), damaged.IndexOf("5.5", StringComparison.Ordinal) + 4);
    }

    [Fact]
    public void A_contract_on_several_lines_is_read_and_its_faults_are_placed()
    {
        string text = ContractJson.Format(ContractSamples.Small(steps: 1)).Replace(",\"", ",\n \"", StringComparison.Ordinal);
        ContractJson.Parse(text).Should().Be(ContractSamples.Small(steps: 1));
        int line = 1 + text[..text.IndexOf("\"hidden\"", StringComparison.Ordinal)].Count(letter => letter == '\n');

        Action wrongKind = () => ContractJson.Parse(text.Replace("\"hidden\":64", "\"hidden\":true", StringComparison.Ordinal));
        Action wrongValue = () => ContractJson.Parse(text.Replace("\"hidden\":64", "\"hidden\":-64", StringComparison.Ordinal));

        wrongKind.Should().Throw<ContractFormatException>().Where(thrown => thrown.Line == line).WithMessage("*(at $.steps[0].state.shape.hidden)");
        wrongValue.Should().Throw<ContractFormatException>().Where(thrown => thrown.Line == line && thrown.Column == 2).WithMessage("*hidden must be 1 or more, but is -64");
    }

    [Fact]
    public void Text_that_is_no_text_is_refused_even_in_unknown_fields()
    {
        string good = ContractJson.Format(ContractSamples.Small());
        byte[] broken = [.. Encoding.UTF8.GetBytes(good[..^1] + ",\"q\":\""), 0xC3, 0x28, .. "\"}"u8];

        Action half = () => _ = Read(good[..^1] + ",\"q\":\"\\ud800\"}").Read().ToList();
        Action bytes = () => _ = new ContractLineReader(new MemoryStream(broken)).Read().ToList();

        half.Should().Throw<ContractFormatException>().Where(thrown => thrown.Column == good.Length + 5).WithMessage("*half of a surrogate pair");
        bytes.Should().Throw<ContractFormatException>().WithMessage("*not valid UTF-8");
        Read(good[..^1] + ",\"q\":\"\\ud83d\\ude00\"}").Read().Should().ContainSingle();
    }

    [Theory]
    [InlineData("\"request_id\":\"r1\"", "\"request_id\":\"r1\",\"request_id\":\"r2\"", "uplicate")]
    [InlineData("\"request_id\":\"r1\"", "\"request_id\":\"  \"", "request_id must not be empty")]
    [InlineData("\"effective_token_count\":3", "\"effective_token_count\":4", "effective_token_count is 4, but effective_token_ids holds 3")]
    [InlineData("\"effective_token_hash\":\"sha256:", "\"effective_token_hash\":\"sha256:00000000", "a hash is written")]
    [InlineData("\"shape\":[4],\"sha256\"", "\"shape\":[5],\"sha256\"", "data do not fit")]
    [InlineData("\"data\":\"AAAAP", "\"data\":\"AAAAQ", "but sha256 says")]
    [InlineData("\"data\":\"AAAAP", "\"data\":\"!!!!!", "logits")]
    [InlineData("\"batch_size\":2", "\"batch_size\":99999999999", "batch_size")]
    [InlineData("\"heads\":8", "\"heads\":[]", "heads")]
    [InlineData("\"steps\":[", "\"steps\":[null,", "element 0 of the array is null")]
    [InlineData("\"recorded_at\":\"2026", "\"recorded_at\":\"year 2026", "recorded_at")]
    public void What_is_wrong_is_said(string good, string bad, string reason)
    {
        string json = ContractJson.Format(ContractSamples.Small());
        json.Should().Contain(good);

        Action read = () => _ = Read(json.Replace(good, bad, StringComparison.Ordinal)).Read().ToList();

        read.Should().Throw<ContractFormatException>().Which.Reason.Should().Contain(reason);
    }

    [Fact]
    public void Damaged_lines_are_skipped_only_when_asked_and_are_counted()
    {
        string good = ContractJson.Format(ContractSamples.Small());
        List<long> skipped = [];
        ContractLineReader reader = Read($"{{\n{good}\nxx\n{good}\n\"\\ud800\"", new ContractReadOptions
        {
            SkipDamaged = true,
            OnSkipped = exception => skipped.Add(exception.Line),
        });

        reader.Read().Should().HaveCount(2);
        reader.SkippedCount.Should().Be(3);
        skipped.Should().Equal(1, 3, 5);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(100_000)]
    public void An_overlong_line_is_damaged_and_the_next_is_read(int chunk)
    {
        string good = ContractJson.Format(ContractSamples.Small(steps: 1));
        string text = $"{good}\n{new string('x', 50_000)}\n{good}\n{new string('y', 50_000)}";
        ContractLineReader reader = new(
            new TricklingStream(Encoding.UTF8.GetBytes(text), chunk), new ContractReadOptions { SkipDamaged = true, MaxLineBytes = good.Length });

        reader.Read().Should().HaveCount(2);
        reader.SkippedCount.Should().Be(2);
        reader.LineCount.Should().Be(4);
    }

    [Fact]
    public void An_empty_stream_holds_no_contracts() => Read("").Read().Should().BeEmpty();

    private static ContractLineReader Read(string text, ContractReadOptions? options = null) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), options);
}
