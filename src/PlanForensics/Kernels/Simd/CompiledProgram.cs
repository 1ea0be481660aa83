using System.Runtime.CompilerServices;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>A reduction program as a flat list of instructions on slots; slot 0 holds the result. Made once for each program object.</summary>
internal sealed class CompiledProgram
{
    private static readonly ConditionalWeakTable<ReductionProgram, CompiledProgram> Cache = [];

    private CompiledProgram(ReductionProgram program)
    {
        Program = program;
        var compiler = new ProgramCompiler(program);
        (IsSupported, IsWide) = (compiler.IsSupported, compiler.IsWide);
        (Instructions, Ranges, SlotCount) = ([.. compiler.Instructions], [.. compiler.Ranges], compiler.SlotCount);
        HasWide = Array.Exists(Instructions, static item => item.Opcode is Opcode.Widen or Opcode.ZeroWide || item.Step >= StepCode.Add64);
        HasRounding = Array.Exists(Instructions, static item => item.Opcode is Opcode.Run or Opcode.RunBlocks && item.Step > StepCode.MulAdd32);
        HasDot = Array.Exists(Instructions, static item => item.Dot is not null);
        RunCount = Instructions.Count(static item => item.Opcode is Opcode.Run or Opcode.RunBlocks);
        HasGaps = Array.Exists(Ranges, static range => range.Stride > 1 && range.Count > 1);
        IsPlain = !HasDot && !HasWide && !HasRounding && !Array.Exists(Instructions, static item => item.Opcode == Opcode.RunBlocks);
    }

    public ReductionProgram Program { get; }

    /// <summary>Whether every run is one of binary32 steps without blocks, which tiles of two pairs take.</summary>
    public bool IsPlain { get; }

    /// <summary>False when a step is not compiled: the reference interpreter runs each element instead.</summary>
    public bool IsSupported { get; }

    public Instruction[] Instructions { get; }

    public TermRange[] Ranges { get; }

    public int SlotCount { get; }

    /// <summary>Whether the result is in binary64.</summary>
    public bool IsWide { get; }

    /// <summary>Whether any slot is used in binary64.</summary>
    public bool HasWide { get; }

    /// <summary>Whether a step is a matrix unit's, which takes tiles of rows only.</summary>
    public bool HasDot { get; }

    /// <summary>Whether a step rounds to a format of its own, which needs registers.</summary>
    public bool HasRounding { get; }

    public static CompiledProgram Of(ReductionProgram program) => Cache.GetValue(program, static key => new CompiledProgram(key));

    /// <summary>Instructions that take terms.</summary>
    public int RunCount { get; }

    /// <summary>Whether a run skips terms, which leaves them to later runs.</summary>
    public bool HasGaps { get; }

    /// <summary>Bytes of scratch memory for tiles of a number of accumulators.</summary>
    public int ScratchBytes(int slot) => checked(SlotCount * slot * (HasWide ? sizeof(float) + sizeof(double) : sizeof(float)));
}
