using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>What a plan is lowered for.</summary>
internal sealed record CublasLtTarget(CublasLtProfile Profile, CublasLtKind Kind, int Depth, NumericFormat Output)
{
    /// <summary>A product of the matrix unit: its instruction covers <paramref name="kPerDot"/> terms, or as many as the unit takes.</summary>
    public GemmPlan MatrixUnit(int? kPerDot = null)
    {
        MatrixUnitStep unit = MatrixUnitStep.Of(Profile, Kind);
        int length = Math.Min(unit.Step.BlockLength, kPerDot ?? int.MaxValue);
        return new GemmPlan
        {
            Step = unit.Step with { BlockLength = length },
            Operand = CublasLtKinds.OperandOf(Kind),
            Output = Output,
            BlockK = unit.AddsAccumulatorLate ? length : 0,
        };
    }

    /// <summary>A product on CUDA cores: every thread's accumulators start at +0.0.</summary>
    public GemmPlan CudaCore() => new() { Step = ReductionStep.Fma, Operand = CublasLtKinds.OperandOf(Kind), Output = Output, StartsAtZero = true };
}
