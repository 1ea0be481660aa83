using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>A library's fp32 product whose result is then given a bias in fp32 and stored in another format.</summary>
internal static class EngineOutput
{
    public static OperatorPlan In(OperatorPlan plan, NumericFormat output, bool hasBias) => plan switch
    {
        GemmPlan gemm => gemm with { Output = output, Bias = BiasPlacement.Fused },
        ProgramPlan program => new ProgramPlan(new ReductionProgram(program.Program.Depth, program.Program.Root, program.Program.OperandA, program.Program.OperandB, Epilogue(output, hasBias))),
        PlanMap map => new PlanMap([.. map.Regions.Select(region => region with { Plan = In(region.Plan, output, hasBias) })]),
        _ => throw new PlanNotSupportedException(plan.Text, "a library's product is a gemm, a program or a map of them"),
    };

    private static ImmutableArray<EpilogueStep> Epilogue(NumericFormat output, bool hasBias) =>
        hasBias ? [new EpilogueStep(EpilogueKind.Bias, NumericFormat.Fp32), new EpilogueStep(EpilogueKind.Round, output)] : [new EpilogueStep(EpilogueKind.Round, output)];
}
