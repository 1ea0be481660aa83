using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Numerics;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Commands;

/// <summary>Options of <c>cost</c> on a single product.</summary>
internal sealed class CostProductOptions : OptionGroup
{
    public Option<(int M, int N, int K)?> Product { get; } = new("--shape") { Description = "M,N,K of a matrix product", HelpName = "M,N,K", CustomParser = FeasibleOptions.ParseProduct };

    public Option<InstructionTile?> Instruction { get; } = new("--instruction") { Description = "the matrix unit's instruction tile, for example 16x8x16", HelpName = "MxNxK", CustomParser = ParseTile };

    public Option<string?> Device { get; } = new("--device") { Description = "instead: the GPU's name or sm_90, with --operand", HelpName = "NAME" };

    public Option<NumericFormat?> Operand { get; } = FormatOption.Create("--operand", "format of the operands", NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Int8);

    public Option<string?> Kernel { get; } = new("--kernel") { Description = "instead: a kernel's name, which spells its instruction", HelpName = "NAME" };

    public Option<bool> Swapped { get; } = new("--swapped") { Description = "the kernel computes the transposed product, as cuBLAS does for row-major data" };

    public Option<string?> Plan { get; } = new("--plan") { Description = "a plan whose workspace is asked, as text or by name", HelpName = "PLAN" };

    protected override IReadOnlyList<Option> All => [Product, Instruction, Device, Operand, Kernel, Swapped, Plan];

    private static InstructionTile? ParseTile(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (InstructionTile.TryParse(text, out InstructionTile tile))
            return tile;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"--instruction is MxNxK such as 16x8x16; got \"{text}\""));
        return null;
    }
}
