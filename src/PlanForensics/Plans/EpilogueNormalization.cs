using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Drops roundings that an epilogue repeats.</summary>
internal static class EpilogueNormalization
{
    /// <summary>Checks the steps and drops each rounding to the format that the step before it already gave.</summary>
    public static ImmutableArray<EpilogueStep> Normalize(ImmutableArray<EpilogueStep> steps)
    {
        foreach (EpilogueStep step in steps)
            if (step.Format is NumericFormat.Fp64 or NumericFormat.Int8 or NumericFormat.Int32)
                throw new ArgumentException($"expected an epilogue in fp32, tf32, bf16, fp16 or fp8; got {step}", nameof(steps));
        return [.. steps.Where((step, index) => index == 0 || step.Kind != EpilogueKind.Round || steps[index - 1].Format != step.Format)];
    }

    /// <summary>The root as the first step takes it: not stored in the format that the step rounds it to, and in binary32 where the step reads binary32.</summary>
    public static ReductionChain Enter(ReductionChain root, ImmutableArray<EpilogueStep> epilogue)
    {
        if (epilogue.Length == 0)
            return root;
        NumericFormat reads = epilogue[0].Kind == EpilogueKind.Round ? epilogue[0].Format : NumericFormat.Fp32;
        if (root.StoredAs == reads)
            root = new ReductionChain(root.Accumulator, root.Items, null, root.StartsAtZero);
        return reads == NumericFormat.Fp32 && root is { StartsAtZero: false, StoredAs: null, Accumulator: NumericFormat.Fp32, Items: [ReductionChain { FinishedFormat: NumericFormat.Fp64 } only] }
            ? Enter(only, epilogue)
            : root;
    }
}
