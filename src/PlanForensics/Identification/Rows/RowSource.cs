using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Rows;

/// <summary>Operators over rows: every family of <see cref="EngineCatalog.Rows"/> that covers the recorded keys competes.</summary>
internal sealed class RowSource : ICandidateSource
{
    public bool Handles(RecordedOperator recorded) => RowCall.Of(recorded).Any();

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        foreach (RowCall call in RowCall.Of(recorded))
            foreach (PlanCandidate candidate in Candidates(call))
                yield return candidate;
    }

    private static IEnumerable<PlanCandidate> Candidates(RowCall call)
    {
        foreach (IRowFamily family in EngineCatalog.Rows.Where(family => family.Operator == call.Operator))
            foreach (OperatorPlan plan in Keys(call).Select(key => family.PlanFor(key).Plan).OfType<OperatorPlan>().DistinctBy(plan => plan.Text))
                yield return Candidate(call, family.Name, plan, false);
        foreach (PlanCandidate control in RowControls.For(call.Operator).Select(plan => Candidate(call, "control", plan, true)))
            yield return call.Key.Format == NumericFormat.Bf16 && call.Operator is not (RowOperator.Sum or RowOperator.ColumnSum) ? CutOff(control) : control;
    }

    /// <summary>Values that are all bf16 may still be fp32 tensors; only an address, without which one rule gives no plan, is tried in all four ways.</summary>
    private static IEnumerable<RowKey> Keys(RowCall call) =>
        from format in new[] { call.Key.Format, NumericFormat.Fp32 }.Distinct()
        from address in (int?[])[null, 0, 4, 8, 12]
        select call.Key with { Format = format, AddressModulo16 = address };

    private static PlanCandidate Candidate(RowCall call, string name, OperatorPlan plan, bool isControl)
    {
        var shape = call.Operator is RowOperator.Sum or RowOperator.ColumnSum ? new OperatorShape(call.Sums.Outputs, 1, call.Sums.Terms) : new OperatorShape(call.Rows, 1, call.Width);
        OperatorProgram program = plan.Lower(shape);
        string identity = program is SumProgram sum ? $"{call.Operator} {GemmProgram.Whole(shape, sum.Sum).Text}" : program is GemmProgram ? $"{call.Operator} {program.Text}"
            : plan is ActivationPlan activation && call.Operator == RowOperator.Silu ? Identity(activation, call) : program.Text;
        return new PlanCandidate(name, plan.Text, output => Run(call, plan, program, output))
        {
            Identity = identity, Order = identity.Replace("+0(", "(", StringComparison.Ordinal), IsControl = isControl, EngineWords = RowWords.Of(name),
        };
    }

    /// <summary>A control for bf16 outputs: values cut off to bf16.</summary>
    private static PlanCandidate CutOff(PlanCandidate control) => new(control.Name, control.Plan, output =>
    {
        control.Evaluate(output);
        foreach (ref float value in output)
            value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF_0000);
    })
    {
        Identity = "cut off " + control.Identity, IsControl = true,
    };

    /// <summary>The programs of the first rows and of the last: others repeat them.</summary>
    private static string Identity(ActivationPlan plan, RowCall call)
    {
        IEnumerable<long> rows = Enumerable.Range(0, call.Rows).Select(row => (long)row);
        return string.Join("; ", rows.Select(row => plan.LowerRow(row, call.Rows, call.Width).Text).Distinct());
    }

    private static void Run(RowCall call, OperatorPlan plan, OperatorProgram program, Span<float> output)
    {
        switch (program)
        {
            case SumProgram sum:
                for (int index = 0; index < output.Length; index++)
                    output[index] = ReductionInterpreter.Run(sum.Sum, call.Terms(index), default);
                break;
            case GemmProgram map:
                foreach (ProgramRegion region in map.Regions)
                    for (int index = region.RowStart; index < region.RowStart + region.RowCount; index++)
                        output[index] = ReductionInterpreter.Run(region.Program, call.Terms(index), default);
                break;
            case SoftmaxProgram softmax:
                RowOperators.Softmax(softmax, call.Scale, call.X, call.Mask(), output);
                break;
            case NormProgram norm when call.Operator == RowOperator.RmsNorm:
                KernelSelection.Default.RmsNorm(norm, call.Epsilon, call.X, call.Weight, output);
                break;
            case NormProgram norm:
                KernelSelection.Default.LayerNorm(norm, call.Epsilon, call.X, call.Weight, call.Bias, output);
                break;
            default:
                Activate((ActivationPlan)plan, call, output);
                break;
        }
    }

    private static void Activate(ActivationPlan plan, RowCall call, Span<float> output)
    {
        if (call.Operator == RowOperator.Silu)
            RowOperators.Silu(plan, call.Width, call.X, output);
        else
            KernelSelection.Default.GeluTanh(plan, call.X, output);
    }
}
