using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Store;

public sealed class StoreViewTests : IDisposable
{
    private static readonly string[] Views =
        ["v_divergences", "v_engine_runs", "v_engine_steps", "v_flips", "v_hidden_states", "v_imports", "v_kernel_counters", "v_kernels", "v_metric_samples", "v_profiles", "v_request_tokens", "v_requests", "v_step_pairs", "v_step_rows", "v_step_tensors", "v_steps", "v_tensors"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_view_and_its_columns_are_documented()
    {
        Write(ContractSamples.Full());
        string docs = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "store.md"));

        List<string> views = SqliteRows.Read(_folder.File(), "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name");

        views.Should().Equal(Views);
        foreach (string view in views)
        {
            SqliteRows.Read(_folder.File(), $"SELECT count(*) FROM {view}").Should().ContainSingle();
            docs.Should().Contain($"### {view}");
            string section = docs[docs.IndexOf($"### {view}\n", StringComparison.Ordinal)..];
            section = section[..(section.IndexOf("\n### ", 1, StringComparison.Ordinal) is > 0 and var end ? end : section.Length)];
            foreach (string column in SqliteRows.Read(_folder.File(), $"SELECT name FROM pragma_table_info('{view}')"))
                section.Should().Contain($"`{column}`", $"of {view}");
        }
    }

    [Fact]
    public void All_tables_are_strict()
    {
        Write(ContractSamples.Small());

        SqliteRows.Read(_folder.File(), "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'").Should().BeEmpty();
        SqliteRows.Read(_folder.File(), "PRAGMA journal_mode").Should().Equal("wal");
    }

    [Fact]
    public void The_full_sample_leaves_no_column_of_requests_steps_and_profiles_null()
    {
        Write(ContractSamples.Full());

        foreach (string view in new[] { "v_requests", "v_steps", "v_profiles", "v_hidden_states" })
        {
            List<string> columns = SqliteRows.Read(_folder.File(), $"SELECT name FROM pragma_table_info('{view}')");
            foreach (string column in columns)
                SqliteRows.Read(_folder.File(), $"SELECT \"{column}\" IS NULL FROM {view} LIMIT 1").Should().Equal(["0"], $"{view}.{column}");
            columns.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Flips_and_divergences_are_found_between_requests_with_equal_x()
    {
        Write(Run("a", 8, [7, 7, 7, 7]), Run("b", 8, [7, 7, 9, 9]), Run("c", 8, [7, 7, 7, 7]), Run("other", 8, [1, 1, 1, 1], firstToken: 2));

        SqliteRows.Read(_folder.File(), "SELECT request_a, request_b, step_index, token_a, token_b FROM v_flips ORDER BY 1, 2").Should().Equal("a|b|2|7|9", "b|c|2|9|7");
        SqliteRows.Read(_folder.File(), "SELECT request_a, request_b, step_index FROM v_divergences ORDER BY 1, 2").Should().Equal("a|b|2", "b|c|2");
        SqliteRows.Read(_folder.File(), "SELECT count(*) FROM v_step_pairs").Should().Equal("12");
    }

    [Fact]
    public void Flips_are_found_between_redacted_requests_of_one_key_only()
    {
        ContractRedaction one = new(new byte[16], "one");
        ContractRedaction two = new([.. Enumerable.Repeat((byte)1, 16)], "two");
        Write(one.Redact(Run("a", 8, [7, 7])), one.Redact(Run("b", 8, [7, 8])), two.Redact(Run("c", 8, [7, 8])));

        SqliteRows.Read(_folder.File(), "SELECT request_a, request_b, step_index FROM v_flips").Should().Equal("a|b|1");
    }

    [Fact]
    public void Margins_and_tokens_are_columns()
    {
        StepObservation observed = StepObservation.FromLogits(TensorValue.FromFp32([1.5f, 1.25f, -4f], 3), 0);
        Write(ContractSamples.Small() with { Steps = [new ContractStep { State = ContractSamples.State(0), Observation = observed }] });

        SqliteRows.Read(_folder.File(), "SELECT chosen_token, margin_logit, printf('0x%08x', top1_bits), top2_token, logits_format, algorithm_id FROM v_steps")
            .Should().Equal("0|0.25|0x3fc00000|1|fp32|66");
        SqliteRows.Read(_folder.File(), "SELECT position, token FROM v_request_tokens").Should().Equal("0|1", "1|5", "2|9");
    }

    private static ExecutionContract Run(string name, int batch, int[] tokens, int firstToken = 1) => ContractSamples.Small(name) with
    {
        Request = EffectiveRequest.FromTokenIds([firstToken, 5]),
        Steps = tokens.Select((token, index) =>
        {
            ContractStep step = ContractSamples.Step(index, token);
            return step with { State = step.State with { BatchSize = batch } };
        }).ToValueList(),
    };

    private void Write(params ExecutionContract[] contracts)
    {
        using ContractStore store = ContractStore.Open(_folder.File());
        foreach (ExecutionContract contract in contracts)
            store.Write(contract).Should().BeTrue();
    }
}
