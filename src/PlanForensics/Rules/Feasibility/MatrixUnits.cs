using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>The matrix unit of each compute capability, as <see cref="TensorCoreCatalog"/> has it for one of its GPUs.</summary>
internal static class MatrixUnits
{
    private static readonly NumericFormat[] Wide = [NumericFormat.Fp16, NumericFormat.Bf16, NumericFormat.Tf32];

    private static readonly Dictionary<int, string> Gpus = new()
    {
        [70] = "V100", [75] = "T4", [80] = "A100", [86] = "A2", [87] = "A2", [89] = "L40S", [90] = "H100", [100] = "B200", [103] = "B200",
    };

    public static bool IsKnown(int capability) => Gpus.ContainsKey(capability);

    /// <summary>The unit's steps for operands of a format; for fp32, which a plan means as "as given", those of every 16-bit format and of tf32.</summary>
    public static ReductionStep[] Find(int capability, NumericFormat operand, DotRounding rounding)
    {
        NumericFormat output = rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32;
        return Gpus.TryGetValue(capability, out string? gpu)
            ? [.. (operand == NumericFormat.Fp32 ? Wide : [operand]).Select(format => TensorCoreCatalog.Find(gpu, format, output)?.Step).OfType<ReductionStep>().Distinct()]
            : [];
    }

    /// <summary>Whether a plan's step is one of the unit's. Instructions shorter than the unit's block (s1688 on Hopper) are blocks of their own length.</summary>
    public static bool Takes(ReductionStep unit, ReductionStep step) =>
        step.BlockLength <= unit.BlockLength && step.AlignmentBits == unit.AlignmentBits && step.Rounding == unit.Rounding;
}
