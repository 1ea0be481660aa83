using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>An epilogue that a product's kernel does itself: a rounding, a bias, or a bias and a rounding.</summary>
/// <param name="HasBias">1: a bias is added to the sum.</param>
/// <param name="BiasFormat">Format that the sum with the bias is rounded to.</param>
/// <param name="Output">Format of the output.</param>
internal sealed record FusedEpilogue(int HasBias, int BiasFormat, int Output)
{
    /// <summary>The epilogue of a program, or null where it has another.</summary>
    /// <param name="program">The program.</param>
    /// <param name="narrowSums">Whether the sum may be bf16 or fp16 instead of binary32.</param>
    public static FusedEpilogue? Of(ReductionProgram program, bool narrowSums = false)
    {
        EpilogueStep[] steps = [.. program.Epilogue];
        bool isSum = program.Root is { StoredAs: null, Accumulator: NumericFormat.Fp32 } || (narrowSums && program.Root is { StoredAs: null, Accumulator: NumericFormat.Bf16 or NumericFormat.Fp16 });
        if (!isSum || steps.Length > 2 || (steps.Length == 2 && (steps[0].Kind != EpilogueKind.Bias || steps[1].Kind != EpilogueKind.Round)))
            return null;
        bool adds = steps.Length > 0 && steps[0].Kind == EpilogueKind.Bias;
        return steps.Length > 0 && steps[0].Kind == EpilogueKind.Scale ? null : new FusedEpilogue(adds ? 1 : 0, adds ? (int)steps[0].Format : 0, (int)program.Output);
    }
}
