using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs a compiled program on one tile.</summary>
internal static unsafe class TileExecutor<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    private const int CacheLine = 64;

    /// <summary>Leaves the results in slot 0 of <paramref name="scratch"/>, or of the binary64 slots after the binary32 ones when the program ends wide.</summary>
    /// <param name="program">The program.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="scratch">Scratch memory, aligned to a register.</param>
    /// <returns>The binary64 slots.</returns>
    public static double* Run(CompiledProgram program, in Tile tile, float* scratch)
    {
        int slot = tile.Slot(TSimd.Width);
        double* wide = (double*)(scratch + ((nint)program.SlotCount * slot));
        nint fetched = 0, share = tile.Next == null ? 0 : tile.NextBytes / program.RunCount;
        fixed (TermRange* ranges = program.Ranges)
        {
            foreach (ref readonly Instruction instruction in program.Instructions.AsSpan())
            {
                float* narrowSlot = scratch + ((nint)instruction.Slot * slot);
                double* wideSlot = wide + ((nint)instruction.Slot * slot);
                switch (instruction.Opcode)
                {
                    case Opcode.Run or Opcode.RunBlocks:
                        Prefetch(tile.Next + fetched, share);
                        fetched += share;
                        Terms(tile, instruction, ranges + instruction.FirstRange, narrowSlot, wideSlot);
                        break;
                    case Opcode.Zero: new Span<float>(narrowSlot, slot).Clear(); break;
                    case Opcode.Add: AddNext(narrowSlot, slot, instruction.Format); break;
                    case Opcode.Round: Rounding.RoundInPlace(new Span<float>(narrowSlot, slot), instruction.Format); break;
                    case Opcode.ZeroWide: new Span<double>(wideSlot, slot).Clear(); break;
                    case Opcode.AddWide: AddNextWide(wideSlot, slot); break;
                    case Opcode.Widen: Widen(narrowSlot, wideSlot, slot); break;
                    case Opcode.Narrow: Narrow(wideSlot, narrowSlot, slot, instruction.Format); break;
                }
            }
        }

        return wide;
    }

    /// <summary>Asks for memory while a run computes; where the instruction is missing nothing happens.</summary>
    private static void Prefetch(byte* start, nint bytes)
    {
        if (Sse.IsSupported)
            for (nint offset = 0; offset < bytes; offset += CacheLine)
                Sse.Prefetch1(start + offset);
    }

    private static void Terms(in Tile tile, in Instruction instruction, TermRange* ranges, float* narrow, double* wide)
    {
        int count = instruction.RangeCount;
        ChainStart start = instruction.Start;
        switch (instruction.Step)
        {
            case StepCode.Add32: Terms<Steps.Add<Roundings.Fp32>>(tile, instruction, ranges, narrow); break;
            case StepCode.Fma32: Terms<Steps.Fma<Roundings.Fp32>>(tile, instruction, ranges, narrow); break;
            case StepCode.MulAdd32: Terms<Steps.MulAdd<Roundings.Fp32, Roundings.Fp32>>(tile, instruction, ranges, narrow); break;
            case StepCode.Pair32: Terms<Steps.FlushedFma>(tile, instruction, ranges, narrow); break;
            case StepCode.AddBf16: Terms<Steps.Add<Roundings.Bf16>>(tile, instruction, ranges, narrow); break;
            case StepCode.FmaBf16: Terms<Steps.Fma<Roundings.Bf16>>(tile, instruction, ranges, narrow); break;
            case StepCode.MulAddBf16: Terms<Steps.MulAdd<Roundings.Bf16, Roundings.Bf16>>(tile, instruction, ranges, narrow); break;
            case StepCode.MulAddWideBf16: Terms<Steps.MulAdd<Roundings.Fp32, Roundings.Bf16>>(tile, instruction, ranges, narrow); break;
            case StepCode.AddFp16: Terms<Steps.Add<Roundings.Fp16>>(tile, instruction, ranges, narrow); break;
            case StepCode.FmaFp16: Terms<Steps.Fma<Roundings.Fp16>>(tile, instruction, ranges, narrow); break;
            case StepCode.MulAddFp16: Terms<Steps.MulAdd<Roundings.Fp16, Roundings.Fp16>>(tile, instruction, ranges, narrow); break;
            case StepCode.MulAddWideFp16: Terms<Steps.MulAdd<Roundings.Fp32, Roundings.Fp16>>(tile, instruction, ranges, narrow); break;
            case StepCode.Dot: Blocks(tile, instruction, ranges, narrow); break;
            case StepCode.Add64: Wide<WideSteps.Add>(tile, ranges, count, start, wide); break;
            case StepCode.Product64: Wide<WideSteps.Product>(tile, ranges, count, start, wide); break;
            case StepCode.MulAddNarrow64: Wide<WideSteps.NarrowProduct>(tile, ranges, count, start, wide); break;
        }
    }

    private static void Wide<TStep>(in Tile tile, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TStep : struct, IWideStep
    {
        if (tile.IsBf16)
            WideKernel<TF, TD, TSimd>.Run<TStep, WeightStorages.Bf16>(tile, ranges, count, start, accumulators);
        else
            WideKernel<TF, TD, TSimd>.Run<TStep, WeightStorages.Fp32>(tile, ranges, count, start, accumulators);
    }

    private static void Terms<TStep>(in Tile tile, in Instruction instruction, TermRange* ranges, float* accumulators)
        where TStep : struct, IStep
    {
        if (tile.IsBf16)
            Terms<TStep, WeightStorages.Bf16>(tile, instruction, ranges, accumulators);
        else
            Terms<TStep, WeightStorages.Fp32>(tile, instruction, ranges, accumulators);
    }

    private static void Terms<TStep, TWeights>(in Tile tile, in Instruction instruction, TermRange* ranges, float* accumulators)
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        int count = instruction.RangeCount;
        bool blocks = instruction.Opcode == Opcode.RunBlocks;
        switch (tile.Kind)
        {
            case TileKind.Rows when blocks: BlockKernel<TF, TD, TSimd>.Run<TStep, TWeights>(tile, ranges, count, accumulators); break;
            case TileKind.Rows: TileKernel<TF, TD, TSimd>.Run<TStep, TWeights>(tile, ranges, count, instruction.Start, accumulators); break;
            case TileKind.TwoPairs: TwoPairKernel<TF, TD, TSimd>.Run<TStep, TWeights>(tile, ranges, count, instruction.Start, accumulators); break;
            case TileKind.Stream when blocks: StreamKernel<TF, TD, TSimd>.RunBlocks<TStep, TWeights>(tile, ranges, count, accumulators); break;
            case TileKind.Stream: StreamKernel<TF, TD, TSimd>.Run<TStep, TWeights>(tile, ranges, count, instruction.Start, accumulators); break;
            case TileKind.Lanes when blocks: LaneKernel<TF, TD, TSimd>.RunBlocks<TStep>(tile, ranges, count, accumulators); break;
            default: LaneKernel<TF, TD, TSimd>.Run<TStep>(tile, ranges, count, instruction.Start, accumulators); break;
        }
    }

    private static void Blocks(in Tile tile, in Instruction instruction, TermRange* ranges, float* accumulators)
    {
        if (instruction.Start != ChainStart.Stored)
            new Span<float>(accumulators, tile.Slot(TSimd.Width)).Clear(); // a first block is added to +0.0
        DotKernel<TF, TD, TSimd>.Run(tile, instruction.Dot!, ranges, instruction.RangeCount, accumulators);
    }

    private static void AddNext(float* accumulators, int slot, NumericFormat format)
    {
        for (int index = 0; index < slot; index += TSimd.Width)
        {
            TF sum = TSimd.Add(TSimd.Load(accumulators + index), TSimd.Load(accumulators + slot + index));
            sum = format == NumericFormat.Bf16 ? TSimd.RoundBf16(sum) : format == NumericFormat.Fp16 ? TSimd.RoundFp16(sum) : sum;
            TSimd.Store(sum, accumulators + index);
        }
    }

    private static void AddNextWide(double* accumulators, int slot)
    {
        for (int index = 0; index < slot; index += TSimd.Width / 2)
            TSimd.StoreDouble(TSimd.AddDouble(TSimd.LoadDouble(accumulators + index), TSimd.LoadDouble(accumulators + slot + index)), accumulators + index);
    }

    private static void Widen(float* source, double* destination, int slot)
    {
        for (int index = 0; index < slot; index++)
            destination[index] = source[index];
    }

    private static void Narrow(double* source, float* destination, int slot, NumericFormat format)
    {
        for (int index = 0; index < slot; index++)
            destination[index] = format == NumericFormat.Fp32 ? (float)source[index] : (float)Rounding.ToFormat(source[index], format);
    }
}
