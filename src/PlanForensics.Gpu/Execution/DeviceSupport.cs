using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Programs;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>What a device runs beyond what every kernel does, with the reason where it does not.</summary>
internal static class DeviceSupport
{
    public const string NoKernel = "the device has no kernel of this operator; the CPU engine runs it (--device cpu)";

    public static bool Check(OperatorProgram program, DeviceLimits limits, out string reason)
    {
        reason = program switch
        {
            GemmProgram gemm => gemm.Regions.Select(region => Problem(region.Program, limits)).FirstOrDefault(static problem => problem.Length > 0, ""),
            NormProgram norm => First(Problem(norm.Squares, limits), Problem(norm.Sum, limits)),
            AttentionProgram attention => First(
                Problem(attention.Scores, limits),
                attention.Parts.SelectMany(static part => part).Select(block => First(Problem(block.Values, limits), Problem(block.Sum, limits))).FirstOrDefault(static problem => problem.Length > 0, "")),
            ComposedAttentionProgram composed => First(
                Problem(composed.Sum, limits),
                composed.Scores.Regions.Concat(composed.Values.Regions).Select(region => Problem(region.Program, limits)).FirstOrDefault(static problem => problem.Length > 0, "")),
            QuantizedGemmProgram quantized => Problem(quantized.Groups, limits),
            ElementwiseProgram or ActivationRowProgram => "",
            _ => NoKernel,
        };
        return reason.Length == 0;
    }

    private static string Problem(ReductionProgram program, DeviceLimits limits)
    {
        string problem = ProgramTable.ProblemOf(program);
        return problem.Length > 0 ? problem : Feasibility.Interpreter(ProgramTable.Of(program), 1, 1, program.Depth, 1).ProblemOn(limits);
    }

    private static string First(string left, string right) => left.Length > 0 ? left : right;
}
