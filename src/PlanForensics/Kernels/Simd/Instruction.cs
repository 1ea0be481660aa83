using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>One instruction of a compiled program.</summary>
/// <param name="Opcode">What is done.</param>
/// <param name="Slot">The slot it is done to.</param>
/// <param name="Format">Format of the result of Add, Round and Narrow.</param>
/// <param name="Step">Run: the step.</param>
/// <param name="Start">Run: what the accumulator starts with.</param>
/// <param name="FirstRange">Run: first of the program's ranges.</param>
/// <param name="RangeCount">Run: number of ranges.</param>
/// <param name="Dot">Run of a matrix unit: its step.</param>
internal readonly record struct Instruction(
    Opcode Opcode, int Slot, NumericFormat Format = NumericFormat.Fp32, StepCode Step = default, ChainStart Start = default, int FirstRange = 0, int RangeCount = 0, DotStep? Dot = null);
