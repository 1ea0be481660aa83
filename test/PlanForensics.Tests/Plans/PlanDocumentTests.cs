using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class PlanDocumentTests
{
    [Fact]
    public void Every_plan_and_program_in_the_docs_is_read_and_canonical()
    {
        int plans = 0;
        int programs = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "docs"), "*.md"))
        {
            foreach (string line in Blocks(file, "plan").SelectMany(block => block.Split('\n')))
            {
                OperatorPlan.Parse(line).Text.Should().Be(line);
                plans++;
            }

            foreach (string line in Blocks(file, "program").SelectMany(block => block.Split('\n')))
            {
                ReductionProgram.Parse(line).Text.Should().Be(line);
                programs++;
            }

            foreach (string block in Blocks(file, "execution-plan"))
                ExecutionPlan.Parse(block).Text.Should().Be(block);
        }

        plans.Should().BeGreaterThan(12);
        programs.Should().BeGreaterThan(4);
    }

    [Fact]
    public void The_document_names_every_field_of_every_family()
    {
        string document = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "plan-semantics.md"));
        string[] families =
        [
            "gemm", "norm", "rope", "attention", "activation", "softmax", "sum", "residual", "argmax", "all_reduce", "quantization", "quantized_gemm", "layer_norm", "scaled_dot_product", "elementwise",
        ];
        foreach (string family in families.Append("flash_attention"))
        {
            string unknown = family == "flash_attention" ? "flash_attention{no_such_field=1; qk: gemm}" : family + " no_such_field=1";
            string refused = FluentActions.Invoking(() => OperatorPlan.Parse(unknown)).Should().Throw<PlanFormatException>().Which.Reason;
            string[] fields = refused[(refused.IndexOf("it has ", StringComparison.Ordinal) + 7)..].Split(", ");
            fields.Should().NotBeEmpty();
            foreach (string field in fields)
                document.Should().Contain(field.StartsWith("row_", StringComparison.Ordinal) ? field[4..] : field.StartsWith("qk_", StringComparison.Ordinal) || field.StartsWith("pv_", StringComparison.Ordinal) || field.StartsWith("sum_", StringComparison.Ordinal) ? field[3..].TrimStart('_') : field, family);
        }
    }

    private static IEnumerable<string> Blocks(string file, string language)
    {
        string[] parts = File.ReadAllText(file).ReplaceLineEndings("\n").Split("```");
        return parts.Where((part, index) => index % 2 == 1 && part.StartsWith(language + "\n", StringComparison.Ordinal)).Select(part => part[(language.Length + 1)..].TrimEnd('\n'));
    }
}
