using System.Collections.Immutable;
using CsCheck;
using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>A random program, run by the reference interpreter, is recovered from its outputs alone.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void Random_sums_are_recovered_as_the_same_program() => Gen.Int[0, 1 << 28].Sample(seed => Same(ProbedPrograms.Sum(seed)), iter: 250);

    [Fact]
    public void Random_dot_products_are_recovered_as_the_same_program() => Gen.Int[0, 1 << 28].Sample(seed => Same(ProbedPrograms.Products(seed)), iter: 250);

    [Fact]
    public void Random_cuts_of_K_are_recovered_as_the_same_program() => Gen.Int[0, 1 << 28].Sample(seed => Same(ProbedPrograms.Cut(seed)), iter: 250);

    [Fact]
    public void Random_chains_of_matrix_unit_blocks_are_recovered_as_the_same_program() => Gen.Int[0, 1 << 28].Sample(seed => Same(ProbedPrograms.Fused(seed)), iter: 125);

    [Fact]
    public void Random_mixed_precisions_are_recovered_as_the_same_program() => Gen.Int[0, 1 << 28].Sample(seed => Same(ProbedPrograms.Mixed(seed)), iter: 125);

    [Fact]
    public void A_changed_program_is_not_taken_for_the_first() // negative control
    {
        ReductionProgram program = ReductionProgram.Parse("k=16 a=fp32 b=fp32 : fp32(fma 0..15) -> round fp32");
        ReductionProgram other = ReductionProgram.Parse("k=16 a=fp32 b=fp32 : fp32(fma 0..14, muladd 15) -> round fp32");
        OrderProbe.Run(ProbedPrograms.Box(other)).Classes[0].Program.Should().NotBe(program).And.Be(other);
    }

    private static void Same(ReductionProgram program)
    {
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, "{0}: {1}", program.Text, report.Reason);
        report.Classes.Should().ContainSingle();
        report.Classes[0].Tree.Should().Be(SummationTree.Of(program), program.Text);
        ReductionProgram? found = report.Classes[0].Program;
        found.Should().NotBeNull("{0}: {1}", program.Text, report.Classes[0].Reason);
        report.Classes[0].Plan!.Lower(new OperatorShape(1, 1, program.Depth)).Text.Should().BeOneOf(found!.Text, "sum " + found.Text);
        if (found.Equals(program))
            return;
        WithoutStarts(found).Should().Be(WithoutStarts(program), "only starts at +0.0 that a start above them hides may differ: {0}", program.Text);
        for (int seed = 0; seed < 200; seed++)
            ProbedPrograms.Run(found, seed).Should().Be(ProbedPrograms.Run(program, seed), "{0} and {1} differ at seed {2}", found.Text, program.Text, seed);
    }

    private static ReductionProgram WithoutStarts(ReductionProgram program) => ReductionProgram.Parse(program.Text.Replace("+0", "", StringComparison.Ordinal));
}
