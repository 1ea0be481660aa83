using CsCheck;
using FluentAssertions;
using PlanForensics.Rules.KernelNames;
using Xunit;

namespace PlanForensics.Tests.Rules.KernelNames;

public sealed class KernelNameParserTests
{
    private const int FirstField = 1;
    private const int TruncatedField = 15;

    [Fact]
    public void Every_expected_name_gives_every_expected_field()
    {
        ExpectedNames.Rows.Should().HaveCountGreaterThan(190);

        IEnumerable<string> wrong = ExpectedNames.Rows.Skip(1)
            .Select(row => (Expected: string.Join('\t', row), Actual: string.Join('\t', ExpectedNames.Fields(KernelNameParser.Parse(row[0])))))
            .Where(pair => pair.Expected != pair.Actual)
            .Select(pair => $"expected {pair.Expected}\n but was {pair.Actual}");

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Every_shared_name_is_among_the_expected_ones()
    {
        IEnumerable<string> shared = File.ReadLines(SharedData.PathOf("kernel-names", "names.tsv")).Select(line => line.Split('\t')[0]);

        shared.Except(ExpectedNames.Names).Should().BeEmpty();
    }

    [Fact]
    public void A_name_cut_anywhere_with_an_ellipsis_never_contradicts_the_whole_name()
    {
        List<string> contradictions = [];
        foreach (string name in ExpectedNames.Names.Where(name => !name.Contains("...") && !name.Contains('\u2026')))
        {
            string[] whole = ExpectedNames.Fields(KernelNameParser.Parse(name));
            for (int length = name.Length / 3; length < name.Length; length++)
                contradictions.AddRange(Contradictions(whole, name[..length] + "..."));
        }

        contradictions.Should().BeEmpty();
    }

    [Fact]
    public void Arbitrary_text_is_read_without_throwing() =>
        Gen.String.Sample(text => KernelNameParser.Parse(text).Name == text, iter: 2000);

    [Fact]
    public void Pieces_of_real_names_in_any_order_are_read_without_throwing()
    {
        string[] pieces =
        [
            .. ExpectedNames.Names.SelectMany(name => name.Split('_', '<', '>', ',')).Distinct(),
            "_Z", "_ZN", "I", "E", "S_", "S0_", "Li", "L", "N", "<", ">", "(", ")", "::", "_", "x", "...", "99999999999999999999",
        ];
        Gen.Int[0, pieces.Length - 1].Array[1, 12]
            .Select(chosen => string.Join("_", chosen.Select(index => pieces[index])))
            .Sample(text => KernelNameParser.Parse(text).Name == text, iter: 5000);
    }

    [Theory]
    [InlineData("<")]
    [InlineData("f<")]
    [InlineData("_ZN")]
    [InlineData("_Z1fI")]
    [InlineData("(")]
    [InlineData("_Z1fIP")]
    public void Deep_nesting_is_read_without_overflow(string piece)
    {
        string name = string.Concat(Enumerable.Repeat(piece, 20_000));

        KernelNameParser.Parse(name).Name.Should().Be(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("memcpy")]
    [InlineData("my_kernel")]
    [InlineData("_Z9my_kernelPfi")]
    [InlineData("void foo<128, float>(float*)")]
    public void A_name_that_no_grammar_knows_is_unknown_and_says_nothing(string name) =>
        KernelNameParser.Parse(name).Should().Be(new KernelDescription { Name = name });

    private static IEnumerable<string> Contradictions(string[] whole, string cut)
    {
        string[] part = ExpectedNames.Fields(KernelNameParser.Parse(cut));
        // An xmma name tells its library in the last word; without it, the grammar says cuBLAS.
        for (int field = cut.Contains("_xmma_", StringComparison.Ordinal) ? FirstField + 1 : FirstField; field < TruncatedField; field++)
            if (part[field] is not ("-" or KernelDescription.UnknownFamily) && !Agrees(part[field], whole[field]))
                yield return $"{cut}: {part[field]} against {whole[field]}";
        if (part[TruncatedField] != "true")
            yield return $"{cut}: not marked truncated";
    }

    private static bool Agrees(string part, string whole)
    {
        string[] parts = part.Split('x');
        string[] wholes = whole.Split('x');
        return part == whole || (parts.Length == 3 && wholes.Length == 3 && parts.Zip(wholes).All(pair => pair.First is "?" || pair.First == pair.Second));
    }
}
