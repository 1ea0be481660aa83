using System.Text;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>Inputs that are not what a command expects: each is named, with what was expected and what is there, ends with 2 or 3, and is no defect.</summary>
public sealed class OddInputTests(Incident incident) : IClassFixture<Incident>
{
    public static TheoryData<string> StoreCommands =>
    [
        "list --store FILE", "show x --store FILE", "export --store FILE", "diff a b --store FILE", "replay x --store FILE --model MODEL --plan recorded", "attribute x --store FILE --model MODEL",
        "bisect a b --store FILE --model MODEL --plan-a recorded --plan-b recorded", "postmortem a b --store FILE --model MODEL", "report x --store FILE", "upgrade --store FILE", "cost --store FILE",
        "feasible --store FILE --request x --step 0",
    ];

    public static TheoryData<string> FileCommands =>
    [
        "import FILE --store new.db", "diff FILE FILE --dtype fp32", "identify --manifest FILE", "cublas --profile h100 --cases FILE", "attribute b1-p0 --store STORE --model MODEL --candidates FILE",
        "replay b1-p0 --store STORE --model MODEL --plan @FILE", "attribute b1-p0 --store STORE --model FILE", "attribute --incident FILE --model MODEL", "report --incident FILE --model MODEL",
    ];

    [Theory]
    [MemberData(nameof(StoreCommands))]
    public void A_file_that_is_no_store_is_named(string command)
    {
        byte[] junk = new byte[5000];
        new Random(7).NextBytes(junk);
        File.WriteAllBytes(incident.PathOf("junk.db"), junk);
        incident.Write("text.db", "not a database");
        foreach (string name in new[] { "junk.db", "text.db", "none.db", "." })
        {
            ToolRun run = Run(command, incident.PathOf(name));

            Check(run, 3, name);
            run.Error.Should().Contain(name == "." ? "folder" : name);
        }
    }

    [Theory]
    [MemberData(nameof(FileCommands))]
    public void A_file_of_another_kind_is_named(string command)
    {
        byte[] junk = new byte[5000];
        new Random(7).NextBytes(junk);
        File.WriteAllBytes(incident.PathOf("junk.bin"), junk);
        File.WriteAllBytes(incident.PathOf("empty.bin"), []);
        foreach (string name in new[] { "junk.bin", "empty.bin", "none.bin", "." })
        {
            ToolRun run = Run(command, incident.PathOf(name));
            // Raw numbers may be anything, and a file without a record is one of none.
            if (run.ExitCode == 0 && ((command.StartsWith("diff", StringComparison.Ordinal) && name is "junk.bin" or "empty.bin") || (command.StartsWith("import", StringComparison.Ordinal) && name == "empty.bin")))
                continue;

            Check(run, null, name);
        }
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_and_one_of_an_older_says_how_to_upgrade()
    {
        foreach ((int version, string message) in new[] { (9999, "newer PlanForensics"), (1, "planforensics upgrade --store") })
        {
            string path = incident.PathOf($"v{version}.db");
            File.Copy(incident.StorePath, path, overwrite: true);
            using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={path};Pooling=False"))
            {
                connection.Open();
                using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
                command.CommandText = $"PRAGMA user_version = {version}";
                command.ExecuteNonQuery();
            }

            ToolRun run = ToolRun.Of("list", "--store", path);

            Check(run, 3, path);
            run.Error.Should().Contain(message);
        }
    }

    [Fact]
    public void A_store_of_this_version_is_left_as_it_is_by_upgrade()
    {
        ToolRun run = ToolRun.Of("upgrade", "--store", incident.StorePath, "--json");

        run.ExitCode.Should().Be(0, run.Error);
        run.Json.GetProperty("schema_version").GetInt32().Should().Be(PlanForensics.Store.ContractStore.SchemaVersion);
        ToolRun.Of("show", "b1-p0", "--store", incident.StorePath).ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_contract_of_a_newer_schema_is_refused_with_its_version()
    {
        string line = ToolRun.Of("export", "--store", incident.StorePath, "--request", "b1-p0").Output.Replace("{\"schema_version\":1,", "{\"schema_version\":77,", StringComparison.Ordinal);

        ToolRun run = ToolRun.Of("import", incident.Write("newer.jsonl", line), "--store", incident.PathOf("newer.db"));

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("77").And.Contain("newer");
    }

    [Fact]
    public void Another_model_is_refused_with_both_hashes()
    {
        string folder = incident.PathOf("another");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Incident.ModelPath))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        string weights = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);

        ToolRun run = ToolRun.Of("replay", "b1-p0", "--store", incident.StorePath, "--model", folder, "--plan", "recorded");

        Check(run, 3, folder);
        run.Error.Should().Contain("sha256").And.Contain("Give the recorded model");
    }

    [Theory]
    [InlineData("atribute x", "planforensics has no command \"atribute\"; did you mean attribute?")]
    [InlineData("plan explane x", "planforensics plan has no command \"explane\"; did you mean explain?")]
    [InlineData("list --stroe x", "planforensics list has no option --stroe; did you mean --store?")]
    [InlineData("attribute --stroe x", "planforensics attribute has no option --stroe; did you mean --store?")]
    [InlineData("list -json --store x", "planforensics list has no option -json; did you mean --json?")]
    [InlineData("report --frmat", "planforensics report has no option --frmat; did you mean --format?")]
    [InlineData("plan", "a command is expected: explain, diff, list")]
    [InlineData("list", "--store")]
    public void A_mistyped_command_or_option_is_answered_with_the_near_one(string line, string message)
    {
        ToolRun run = ToolRun.Of(line.Split(' '));

        (run.ExitCode, run.Output).Should().Be((2, ""));
        run.Error.Should().Contain(message).And.Contain("--help\" shows how");
    }

    [Fact]
    public void After_two_dashes_a_name_may_begin_with_a_dash()
    {
        ToolRun run = ToolRun.Of("show", "--store", incident.StorePath, "--", "--odd");

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("has no request \"--odd\"");
    }

    private static void Check(ToolRun run, int? exitCode, string what)
    {
        if (exitCode is { } code)
            run.ExitCode.Should().Be(code, $"{what}: {run.Error}");
        run.ExitCode.Should().BeInRange(2, 3, $"{what}: {run.Output}");
        run.Output.Should().BeEmpty(what);
        run.Error.Should().StartWith("planforensics: ").And.NotContain("defect", what).And.NotContain("   at ").And.NotContain("Exception");
        run.Error.Length.Should().BeGreaterThan(40, what);
    }

    private ToolRun Run(string command, string file) => ToolRun.Of(
    [
        .. command.Split(' ').Select(word => word.Replace("FILE", file, StringComparison.Ordinal).Replace("STORE", incident.StorePath, StringComparison.Ordinal)
            .Replace("MODEL", Incident.ModelPath, StringComparison.Ordinal).Replace("new.db", incident.PathOf($"{Guid.NewGuid():n}.db"), StringComparison.Ordinal)),
    ]);
}
