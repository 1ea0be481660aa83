using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>What one GPU's matrix unit does for one operand format and one output format.</summary>
/// <remarks>
/// <para>K terms are taken in blocks of L (<see cref="Step"/>), in ascending order: <c>acc = dot(a[i..i+L), b[i..i+L), acc)</c>; the step's arithmetic is that of
/// <see cref="StepKind.Dot"/>. The fp32 accumulator operand is first rounded to the output's format, to nearest even.</para>
/// <para>Bitwise: identical on every machine. Source: the T-FDPA model of arXiv 2511.10909; what the published vectors do and do not prove of it stands in docs/tensor-cores.md.</para>
/// </remarks>
public sealed record TensorCoreModel
{
    /// <summary>The GPU, as its maker spells it: <c>V100</c>, <c>H100</c>.</summary>
    public required string Gpu { get; init; }

    /// <summary>Format of both operands.</summary>
    public required NumericFormat Operand { get; init; }

    /// <summary>Format of accumulator and result: fp32 or fp16.</summary>
    public required NumericFormat Output { get; init; }

    /// <summary>The step: L, F, rounding and zero exponent.</summary>
    public required ReductionStep Step { get; init; }

    /// <summary>Where the accumulator operand enters; default in the first block.</summary>
    public TensorCoreAccumulator Accumulator { get; init; }

    /// <summary>
    /// Whether each 32 terms are taken as two blocks of 16: first terms 0 and 1 of every four, then terms 2 and 3; default false. Hopper's fp8 with an fp16 accumulator does so, as if four
    /// bytes of a register were widened as two pairs for two fp16 instructions.
    /// </summary>
    public bool TakesPairsInTurn { get; init; }

    /// <summary>One line: <c>dot&lt;8,24,rz&gt;</c>, then <c>accumulator=late</c> and <c>terms=pairs</c> where they apply.</summary>
    public string Text => Step
        + Accumulator switch { TensorCoreAccumulator.Late => " accumulator=late", TensorCoreAccumulator.Unread => " accumulator=unread", _ => "" }
        + (TakesPairsInTurn ? " terms=pairs" : "");

    /// <summary>A matrix product plan whose every output is one chain of this model's blocks over K, from +0.0.</summary>
    /// <returns>The plan. With a late accumulator each block is a sum of its own that is then added in fp32.</returns>
    /// <exception cref="PlanNotSupportedException">The model's order of terms, or its fp16 late addition, is none that a plan can say.</exception>
    public GemmPlan ToPlan()
    {
        if (TakesPairsInTurn || (Accumulator == TensorCoreAccumulator.Late && Output != NumericFormat.Fp32))
            throw new PlanNotSupportedException($"{Gpu} {NumericFormats.NameOf(Operand)}: {Text}", "no matrix product plan says this order of terms and additions; use TensorCore.MultiplyAdd");
        return new GemmPlan
        {
            Step = Step, Operand = Operand, Accumulator = Output, Output = Output, BlockK = Accumulator == TensorCoreAccumulator.Late ? Step.BlockLength : 0,
        };
    }
}
