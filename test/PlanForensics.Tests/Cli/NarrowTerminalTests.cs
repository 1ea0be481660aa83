using System.Globalization;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Store;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>Tables keep to the width, with names as long as they are in production; what is meant to be copied is not wrapped.</summary>
public sealed class NarrowTerminalTests(Incident incident) : IClassFixture<Incident>
{
    private const string Prefix = "tenant-eu-west-1/completion-9f86d081-884c-7d65-9a2f-eaa0c55ad015-";

    public static TheoryData<int, string> Cases
    {
        get
        {
            TheoryData<int, string> cases = [];
            foreach (int width in new[] { 80, 60 })
                foreach (string line in new[]
                {
                    "list --store STORE", "show A --store STORE --steps", "diff A B --store STORE --steps", "replay A --store STORE --model MODEL --plan split_k4 --activations fp32 --steps 2",
                    "attribute A --store STORE --model MODEL --activations fp32 --steps 1", "plan list", "plan explain split_k4 --shape 8,64,256", "plan diff gemm split_k4 --shape 8,64,256",
                    "postmortem A B --store STORE --model MODEL --activations fp32 --steps 2", "kernel ampere_sgemm_128x64_tn", "cublas --help", "report --help", "cost --help", "feasible --help", "simulate --help",
                })
                    cases.Add(width, line);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Text_keeps_to_the_width(int width, string line)
    {
        string store = LongNames();
        using StringWriter output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using StringWriter error = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        string[] arguments = [.. line.Split(' ').Select(word => word switch { "STORE" => store, "MODEL" => Incident.ModelPath, "A" => Prefix + "b1-p0", "B" => Prefix + "b4-p0", _ => word })];

        int exit = CommandLine.Run(arguments, new Session(output, error) { Width = width });

        exit.Should().BeInRange(0, 3);
        output.ToString().Should().NotBeEmpty(error.ToString());
        // One word that is longer than the line stands alone on it, after a name: ids, hashes, programs.
        string[] wide = [.. output.ToString().Split('\n').Where(text => text.Length > width && !text.StartsWith("program ", StringComparison.Ordinal) && Words(text) > 1)];
        wide.Should().BeEmpty();
    }

    [Fact]
    public void A_column_of_numbers_or_short_words_is_never_broken()
    {
        ReportTable table = new("request", "bits", ">margin A");
        table.Add(Prefix + "b1-p0", "differ", "1,234,567");

        string text = Print(table, 40);

        text.Should().Contain("differ").And.Contain("1,234,567").And.Contain("margin A");
        text.Split('\n').Should().OnlyContain(line => line.Length <= 40);
        string.Concat(text.Split('\n').Skip(2).Select(line => line.Length < 12 ? line : line[..12].Split("  ")[0].Trim())).Should().NotBeEmpty();
    }

    [Fact]
    public void A_table_that_cannot_fit_becomes_blocks()
    {
        ReportTable table = new("request", ">one hundred", ">two hundred", ">three hundred");
        table.Add("a", "1,234,567,890", "1,234,567,890", "1,234,567,890");
        table.Add("b", "1", "2", "3");

        Print(table, 30).Should().Be(
            "request        a\none hundred    1,234,567,890\ntwo hundred    1,234,567,890\nthree hundred  1,234,567,890\n\nrequest        b\none hundred    1\ntwo hundred    2\nthree hundred  3\n");
        Print(table, 80).Should().Contain("----", "the control: where it fits it is a table");
    }

    private static string Print(ReportTable table, int width)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new TextReport(output, width, useColour: false).Table(table);
        return output.ToString();
    }

    // Twelve columns hold the value's name.
    private static int Words(string line) => (line.Length > 13 ? line[13..] : line).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private string LongNames()
    {
        string path = incident.PathOf("long.db");
        if (File.Exists(path))
            return path;
        using ContractStore from = ContractStore.Open(incident.StorePath, ContractStoreMode.ReadOnly);
        using ContractStore to = ContractStore.Open(path);
        foreach (string id in new[] { "b1-p0", "b4-p0" })
        {
            ExecutionContract contract = from.Get(id);
            to.Write(contract with { RequestId = Prefix + id, Model = contract.Model with { Name = "organisation/a-model-with-a-rather-long-name-70b-instruct-fp8-dynamic" } });
        }

        return path;
    }
}
