using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Flattens the chains of a program. A chain at depth d works in slot d; its sub-chains are finished in slot d + 1 and then added.</summary>
internal sealed class ProgramCompiler
{
    private readonly ReductionProgram _program;

    public ProgramCompiler(ReductionProgram program)
    {
        _program = program;
        IsSupported = program.Root is null || CanCompile(program.Root);
        if (!IsSupported)
            return;
        SlotCount = 1;
        if (program.Root is null)
            Instructions.Add(new Instruction(Opcode.Zero, 0));
        else
            IsWide = Chain(program.Root, 0);
    }

    public bool IsSupported { get; }

    public bool IsWide { get; }

    public int SlotCount { get; private set; }

    public List<Instruction> Instructions { get; } = [];

    public List<TermRange> Ranges { get; } = [];

    private static bool CanCompile(ReductionChain chain)
    {
        if (chain.Accumulator == NumericFormat.Int32)
            return false;
        foreach (ReductionItem item in chain.Items)
            if (item is ReductionChain inner ? !CanCompile(inner) : item is ReductionSegment { Step.Kind: StepKind.Dp4a })
                return false;
        return true;
    }

    /// <summary>Compiles a chain into a slot and tells whether its finished value is in binary64.</summary>
    private bool Chain(ReductionChain chain, int slot)
    {
        SlotCount = Math.Max(SlotCount, slot + 1);
        bool wide = chain.Accumulator == NumericFormat.Fp64;
        ChainStart start = chain.StartsAtZero ? ChainStart.Zero : ChainStart.FirstTerm;
        for (int position = 0; position < chain.Items.Length;)
        {
            if (start == ChainStart.Stored && IsBlock(chain.Items[position], chain.Accumulator, out _))
            {
                position = RunBlocks(chain, position, slot);
            }
            else if (chain.Items[position] is ReductionChain inner)
            {
                Enter(chain.Accumulator, inner, start, slot);
                position++;
            }
            else
            {
                position = Run(chain, position, start, slot);
            }

            start = ChainStart.Stored;
        }

        if (chain.StoredAs is not { } stored || stored == NumericFormat.Fp64)
            return wide;
        Instructions.Add(new Instruction(wide ? Opcode.Narrow : Opcode.Round, slot, stored));
        return false;
    }

    private void Enter(NumericFormat accumulator, ReductionChain inner, ChainStart start, int slot)
    {
        bool wide = accumulator == NumericFormat.Fp64;
        if (start == ChainStart.Zero)
            Instructions.Add(new Instruction(wide ? Opcode.ZeroWide : Opcode.Zero, slot));
        int innerSlot = start == ChainStart.FirstTerm ? slot : slot + 1;
        bool innerWide = Chain(inner, innerSlot);
        if (wide && !innerWide)
            Instructions.Add(new Instruction(Opcode.Widen, innerSlot));
        else if (!wide && innerWide)
            Instructions.Add(new Instruction(Opcode.Narrow, innerSlot));
        if (innerSlot != slot)
            Instructions.Add(new Instruction(wide ? Opcode.AddWide : Opcode.Add, slot, accumulator));
        else if (accumulator is NumericFormat.Bf16 or NumericFormat.Fp16)
            Instructions.Add(new Instruction(Opcode.Round, slot, accumulator));
    }

    /// <summary>Whether an item is a sub-chain of one segment, in an accumulator like its parent's, that starts with its first term.</summary>
    private static bool IsBlock(ReductionItem item, NumericFormat accumulator, out StepCode code)
    {
        ReductionSegment? segment = item is ReductionChain { Items: [ReductionSegment only], StoredAs: null, StartsAtZero: false } inner && inner.Accumulator == accumulator
            ? only
            : null;
        code = segment is null ? default : CodeOf(segment.Step, accumulator);
        return segment is not null && code < StepCode.Dot && code != StepCode.Pair32;
    }

    private int RunBlocks(ReductionChain chain, int position, int slot)
    {
        int firstRange = Ranges.Count;
        IsBlock(chain.Items[position], chain.Accumulator, out StepCode code);
        while (position < chain.Items.Length && IsBlock(chain.Items[position], chain.Accumulator, out StepCode next) && next == code)
        {
            var segment = (ReductionSegment)((ReductionChain)chain.Items[position]).Items[0];
            Ranges.Add(new TermRange(segment.Start, segment.Stride, segment.Count));
            position++;
        }

        Instructions.Add(new Instruction(Opcode.RunBlocks, slot, chain.Accumulator, code, ChainStart.Stored, firstRange, Ranges.Count - firstRange));
        return position;
    }

    private int Run(ReductionChain chain, int position, ChainStart start, int slot)
    {
        int firstRange = Ranges.Count;
        ReductionStep step = ((ReductionSegment)chain.Items[position]).Step;
        StepCode code = CodeOf(step, chain.Accumulator);
        DotStep? dot = code == StepCode.Dot ? new DotStep(step, _program.OperandA, _program.OperandB) : null;
        while (position < chain.Items.Length && chain.Items[position] is ReductionSegment segment
            && CodeOf(segment.Step, chain.Accumulator) == code && (dot is null || segment.Step == step))
        {
            if (code == StepCode.Pair32)
                AddPairs(segment);
            else
                Ranges.Add(new TermRange(segment.Start, segment.Stride, segment.Count));
            position++;
        }

        Instructions.Add(new Instruction(Opcode.Run, slot, chain.Accumulator, code, start, firstRange, Ranges.Count - firstRange, dot));
        return position;
    }

    /// <summary>vdpbf16ps takes the second term of each pair first.</summary>
    private void AddPairs(ReductionSegment segment)
    {
        for (int term = 0; term < segment.Count; term += 2)
        {
            int first = segment.Start + (term * segment.Stride);
            Ranges.Add(term + 1 < segment.Count ? new TermRange(first + segment.Stride, -segment.Stride, 2) : new TermRange(first, 1, 1));
        }
    }

    private static StepCode CodeOf(ReductionStep step, NumericFormat accumulator)
    {
        bool wideProduct = step.Kind == StepKind.MulAdd && step.ProductFormat == NumericFormat.Fp32;
        return (step.Kind, accumulator) switch
        {
            (StepKind.Bf16Pair, _) => StepCode.Pair32,
            (StepKind.Dot, _) => StepCode.Dot,
            (StepKind.Add, NumericFormat.Fp64) => StepCode.Add64,
            (_, NumericFormat.Fp64) => wideProduct ? StepCode.MulAddNarrow64 : StepCode.Product64,
            (StepKind.Add, NumericFormat.Bf16) => StepCode.AddBf16,
            (StepKind.Fma, NumericFormat.Bf16) => StepCode.FmaBf16,
            (_, NumericFormat.Bf16) => wideProduct ? StepCode.MulAddWideBf16 : StepCode.MulAddBf16,
            (StepKind.Add, NumericFormat.Fp16) => StepCode.AddFp16,
            (StepKind.Fma, NumericFormat.Fp16) => StepCode.FmaFp16,
            (_, NumericFormat.Fp16) => wideProduct ? StepCode.MulAddWideFp16 : StepCode.MulAddFp16,
            (StepKind.Add, _) => StepCode.Add32,
            (StepKind.Fma, _) => StepCode.Fma32,
            _ => StepCode.MulAdd32,
        };
    }
}
