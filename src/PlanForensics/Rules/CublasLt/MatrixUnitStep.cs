using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>The matrix unit of an architecture: T-FDPA with the parameters of arXiv 2511.10909.</summary>
/// <param name="Step">One instruction of the longest length.</param>
/// <param name="AddsAccumulatorLate">Whether a block is summed from 0 and then added to the accumulator by an ordinary binary32 addition.</param>
internal readonly record struct MatrixUnitStep(ReductionStep Step, bool AddsAccumulatorLate)
{
    public static MatrixUnitStep Of(CublasLtProfile profile, CublasLtKind kind)
    {
        bool isFp8 = kind == CublasLtKind.Fp8;
        return (profile.ComputeCapability, isFp8) switch
        {
            (80 or 86 or 87 or 89, false) => new(ReductionStep.Dot(8, 24), false),
            (89, true) => new(ReductionStep.Dot(16, 13, DotRounding.TowardZeroE8M13), false),
            (90, false) => new(ReductionStep.Dot(16, 25), false),
            (90, true) => new(ReductionStep.Dot(32, 13, DotRounding.TowardZeroE8M13), false),
            (100 or 103, false) => new(ReductionStep.Dot(16, 25), false),
            (100 or 103, true) => new(ReductionStep.Dot(32, 25), true),
            _ => throw new PlanNotSupportedException(
                $"cublaslt profile {profile.Name}",
                $"the matrix unit's rounding for {CublasLtKinds.NameOf(kind)} is known for sm_80, 86, 87, 89, 90, 100 and 103 (fp8: from 89); "
                + $"the profile's name gives {(profile.ComputeCapability is { } capability ? $"sm_{capability}" : "none")}"),
        };
    }
}
