using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Commands;

/// <summary>The operator that <c>feasible</c> asks about.</summary>
internal sealed class FeasibleOptions : OptionGroup
{
    private static readonly NumericFormat[] Operands = [NumericFormat.Fp32, NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3];

    private static readonly NumericFormat[] Outputs = [NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16];

    public Option<(int M, int N, int K)?> Product { get; } = new("--shape")
    {
        Description = "M,N,K of the matrix product on one rank; by default what --role and the step's shape give",
        HelpName = "M,N,K",
        CustomParser = ParseProduct,
    };

    public Option<OperatorRole?> Role { get; } = new Option<OperatorRole?>("--role") { Description = "the operator, for example q_proj, down_proj, lm_head", HelpName = "ROLE", CustomParser = ParseRole }.Offers(Enum.GetValues<OperatorRole>().Select(OperatorRoles.NameOf));

    public Option<NumericFormat?> Operand { get; } = FormatOption.Create("--operand", "format of the operands", Operands);

    public Option<NumericFormat?> Output { get; } = FormatOption.Create("--out-format", "format of the output, by default that of the operands", Outputs);

    public Option<int?> LongestContext { get; } = StateOptions.Count("--longest-context", "tokens of the longest context of the batch");

    public Option<int?> LongestQuery { get; } = StateOptions.Count("--longest-query", "tokens of the longest query of the batch");

    public Option<bool?> FullyLinked { get; } = new("--fully-linked") { Description = "whether every pair of the group's GPUs is linked by NVLink: true or false", HelpName = "BOOL" };

    public Option<string?> Stack { get; } = new("--stack") { Description = "the serving stack, where no version names it: vllm, sglang, tensorrt_llm, pegainfer, llama.cpp, mlx, onnxruntime, torch", HelpName = "NAME" };

    public Option<ValueList<int>?> Splits { get; } = new("--splits") { Description = "split-K counts with which cuBLASLt configurations are listed; default 1,2,4,8", HelpName = "N,N,...", CustomParser = ParseSplits };

    protected override IReadOnlyList<Option> All => [Product, Role, Operand, Output, LongestContext, LongestQuery, FullyLinked, Stack, Splits];

    public FeasibilityQuery Read(ParseResult parsed, StepState state)
    {
        (int M, int N, int K)? product = parsed.GetValue(Product);
        string? stack = parsed.GetValue(Stack);
        if (stack is not null && !StepPlatform.StackNames.Contains(stack))
            throw new UsageException($"--stack is one of {string.Join(", ", StepPlatform.StackNames)}; got \"{stack}\"");
        return new FeasibilityQuery(state)
        {
            M = product?.M, N = product?.N, K = product?.K,
            Role = parsed.GetValue(Role),
            Operand = parsed.GetValue(Operand),
            Output = parsed.GetValue(Output),
            LongestContext = parsed.GetValue(LongestContext),
            LongestQuery = parsed.GetValue(LongestQuery),
            FullyLinked = parsed.GetValue(FullyLinked),
            Stack = stack,
            Splits = parsed.GetValue(Splits) ?? [1, 2, 4, 8],
        };
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;

    internal static (int M, int N, int K)? ParseProduct(ArgumentResult result)
    {
        if (Numbers(Text(result)) is [var m, var n, var k])
            return (m, n, k);
        result.AddError($"--shape is three numbers from 1 up, M,N,K such as 8,4096,4096; got \"{Text(result)}\"");
        return null;
    }

    private static ValueList<int>? ParseSplits(ArgumentResult result)
    {
        if (Numbers(Text(result)) is { Length: > 0 } splits && splits.Max() <= 1024)
            return splits.Distinct().Order().ToValueList();
        result.AddError($"--splits is numbers from 1 to 1024 joined by commas; got \"{Text(result)}\"");
        return null;
    }

    private static OperatorRole? ParseRole(ArgumentResult result)
    {
        if (OperatorRoles.TryParse(Text(result), out OperatorRole role))
            return role;
        result.AddError($"--role is an operator such as q_proj, attention, down_proj or lm_head; got \"{Text(result)}\"");
        return null;
    }

    private static int[]? Numbers(string text)
    {
        string[] parts = text.Split(',');
        int[] numbers = [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return numbers.All(number => number > 0) ? numbers : null;
    }
}
