using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>What cannot be recovered is said to be so, and why.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public void Atomic_additions_are_not_deterministic()
    {
        var arrival = new Random(1);
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(64, values =>
        {
            float[] arrived = values.ToArray();
            arrival.Shuffle(arrived);
            return Loops.Sequential(arrived);
        }));
        report.Outcome.Should().Be(ProbeOutcome.NotDeterministic);
        report.Reason.Should().StartWith("not deterministic");
        report.Classes.Should().BeEmpty();
        report.Plan.Should().BeNull();
    }

    [Fact]
    public void An_order_that_changes_only_now_and_then_is_found_too()
    {
        int calls = 0;
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(64, values => ++calls % 7 == 0 ? Loops.Pairwise(values) : Loops.Sequential(values)));
        report.Outcome.Should().Be(ProbeOutcome.NotDeterministic);
    }

    [Fact]
    public void An_order_that_depends_on_the_values_fits_no_tree()
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(32, values =>
        {
            float[] sorted = values.ToArray();
            Array.Sort(sorted, (left, right) => MathF.Abs(right).CompareTo(MathF.Abs(left)));
            return Loops.Sequential(sorted);
        }));
        report.Outcome.Should().Be(ProbeOutcome.Inconsistent);
        report.InconsistentGroups.Should().BePositive();
        report.Reason.Should().Contain("fit no tree");
        report.Plan.Should().BeNull();
    }

    [Fact]
    public void A_compensated_sum_has_a_tree_and_no_program()
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(32, values =>
        {
            float sum = 0;
            float lost = 0;
            foreach (float value in values)
            {
                float next = value - lost;
                float total = sum + next;
                lost = total - sum - next;
                sum = total;
            }

            return sum;
        }));
        report.Classes.Should().ContainSingle().Which.Program.Should().BeNull();
        report.Classes[0].Reason.Should().Contain("compensated");
        report.Plan.Should().BeNull();
    }

    [Fact]
    public void A_sum_in_double_is_recovered_as_one()
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Dot(20, (a, b) =>
        {
            double sum = 0;
            for (int term = 0; term < a.Length; term++)
                sum += a[term] * b[term];
            return (float)sum;
        }));
        report.Outcome.Should().Be(ProbeOutcome.Recovered);
        report.Classes[0].Program!.Text.Should().Be("k=20 a=fp32 b=fp32 : fp64+0(muladd<fp32> 0..19) -> round fp32", "the float product is rounded, and then added in double");
    }

    [Theory]
    [InlineData(NumericFormat.Bf16, 256)]
    [InlineData(NumericFormat.Fp16, 2048)]
    [InlineData(NumericFormat.Fp8E4M3, 16)]
    public void A_narrow_output_is_counted_window_by_window(NumericFormat output, int units)
    {
        const int Terms = 330;
        ReductionProgram program = ReductionProgram.Parse(FormattableString.Invariant($"k={Terms} a=bf16 b=bf16 : fp32(fma 0..199, fp32(fma 200..329)) -> round {NumericFormats.NameOf(output)}"));
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.UnitsPerCall.Should().BeLessThanOrEqualTo(units);
        report.Classes[0].Tree.Should().Be(SummationTree.Of(program));
        report.Unseen.Should().Contain(line => line.Contains("last addition", StringComparison.Ordinal));
    }

    [Fact]
    public void Partial_sums_kept_in_bf16_are_noticed_and_counted_window_by_window()
    {
        ReductionProgram program = ReductionProgram.Parse("k=600 a=fp32 b=fp32 : fp32([2 by 300: fp32>bf16(fma 0..299)]) -> round fp32");
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.UnitsPerCall.Should().Be(256);
        report.Classes[0].Program.Should().Be(program);
    }

    [Fact]
    public void Fp8_needs_masks_in_both_operands()
    {
        TensorCoreStep("L40S", NumericFormat.Fp8E4M3).Classes[0].Tree.Text.Should().StartWith("(((0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) 16 17 ");
        ProbeReport refused = OrderProbe.Run(BlackBox.Gemm(2, 2, 32, (_, _, c) => c.Clear()) with { Operand = NumericFormat.Fp8E4M3 });
        refused.Outcome.Should().Be(ProbeOutcome.TooNarrow);
        refused.Reason.Should().Contain("GemmElement");
    }

    [Fact]
    public void Integers_and_operators_that_do_not_count_are_refused()
    {
        OrderProbe.Run(BlackBox.Sum(8, values => Loops.Sequential(values)) with { Operand = NumericFormat.Int8 }).Outcome.Should().Be(ProbeOutcome.TooNarrow);
        ProbeReport mean = OrderProbe.Run(BlackBox.Sum(7, values => Loops.Sequential(values) / 7));
        mean.Outcome.Should().Be(ProbeOutcome.TooNarrow);
        mean.Reason.Should().Contain("a mean");
    }

    [Fact]
    public void A_probe_can_be_cancelled_and_tells_its_progress()
    {
        using var source = new CancellationTokenSource();
        var phases = new List<string>();
        BlackBox box = BlackBox.Sum(64, values =>
        {
            if (phases.Contains("tree"))
                source.Cancel();
            return Loops.Sequential(values);
        });
        FluentActions.Invoking(() => OrderProbe.Run(box, null, new Listener(phases), source.Token)).Should().Throw<OperationCanceledException>();
        phases.Should().Equal("calibration", "class_map", "tree");
    }

    [Fact]
    public void Fused_additions_without_a_known_step_keep_their_tree()
    {
        ReductionProgram program = ReductionProgram.Parse("k=12 a=fp16 b=fp16 : fp32(dot<3,24,rz> 0..11) -> round fp32");
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Classes[0].Tree.Text.Should().Be("((((0 1 2) 3 4 5) 6 7 8) 9 10 11)");
        report.Classes.Should().ContainSingle();
        report.Classes[0].Program.Should().BeNull();
        report.Classes[0].Reason.Should().Contain("takes 3 terms; four are needed");
    }

    private static ProbeReport TensorCoreStep(string gpu, NumericFormat operand)
    {
        TensorCoreModel model = TensorCoreCatalog.Get(gpu, operand, NumericFormat.Fp32);
        ReductionProgram program = ((GemmProgram)model.ToPlan().Lower(new OperatorShape(1, 1, 48))).Uniform!;
        return OrderProbe.Run(BlackBox.Dot(48, (a, b) => ReductionInterpreter.Run(program, a, b)) with { Operand = operand });
    }

    private sealed class Listener(List<string> phases) : IProgress<ProbeProgress>
    {
        public void Report(ProbeProgress value) => phases.Add(value.Phase);
    }
}
