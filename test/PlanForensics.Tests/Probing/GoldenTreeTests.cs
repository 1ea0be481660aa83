using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.TensorCores;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>Trees and call counts that the literature's method gives (arXiv 2411.00442), over plain loops and over the project's own matrix-unit step.</summary>
public sealed class GoldenTreeTests
{
    private const string Sequential = "(((((((((((((((0 1) 2) 3) 4) 5) 6) 7) 8) 9) 10) 11) 12) 13) 14) 15)";
    private const string Pairwise = "((((0 1) (2 3)) ((4 5) (6 7))) (((8 9) (10 11)) ((12 13) (14 15))))";
    private const string FourLanes = "(((((0 4) 8) 12) (((2 6) 10) 14)) ((((1 5) 9) 13) (((3 7) 11) 15)))";
    private const string SplitFour = "((((((0 1) 2) 3) (((4 5) 6) 7)) (((8 9) 10) 11)) (((12 13) 14) 15))";
    private const string Volta = "((((((((0 1 2 3) 4 5 6 7) 8 9 10 11) 12 13 14 15) 16 17 18 19) 20 21 22 23) 24 25 26 27) 28 29 30 31)";
    private const string Ampere = "((((0 1 2 3 4 5 6 7) 8 9 10 11 12 13 14 15) 16 17 18 19 20 21 22 23) 24 25 26 27 28 29 30 31)";
    private const string Hopper = "((0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)";
    private const string AmpereSplitTwo = "(((0 1 2 3 4 5 6 7) 8 9 10 11 12 13 14 15) ((16 17 18 19 20 21 22 23) 24 25 26 27 28 29 30 31))";

    [Theory]
    [InlineData("sequential", Sequential, 15)]
    [InlineData("pairwise", Pairwise, 32)]
    [InlineData("four_lanes", FourLanes, 28)]
    [InlineData("split_four", SplitFour, 24)]
    public void Plain_loops_give_the_golden_trees_and_counts(string order, string tree, int calls)
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(16, values => Loops.Sum(order, values)));
        Recovered(report, tree, calls);
        report.Classes[0].Program!.Root!.Accumulator.Should().Be(NumericFormat.Fp32);
    }

    [Theory]
    [InlineData("V100", 1, Volta, 76, "dot<4,23,rz>")]
    [InlineData("T4", 1, Ampere, 136, "dot<8,24,rz>")]
    [InlineData("A100", 1, Ampere, 136, "dot<8,24,rz>")]
    [InlineData("L40S", 1, Ampere, 136, "dot<8,24,rz>")]
    [InlineData("H100", 1, Hopper, 256, "dot<16,25,rz>")]
    [InlineData("B200", 1, Hopper, 256, "dot<16,25,rz>")]
    [InlineData("A100", 2, AmpereSplitTwo, 144, "dot<8,24,rz>")]
    public void Matrix_units_give_the_golden_trees_and_counts_and_their_own_program(string gpu, int slices, string tree, int calls, string step)
    {
        TensorCoreModel model = TensorCoreCatalog.Get(gpu, NumericFormat.Fp16, NumericFormat.Fp32);
        ProbeReport report = OrderProbe.Run(BlackBoxOf(model, slices));
        Recovered(report, tree, calls);
        GemmPlan plan = model.ToPlan() with { SplitK = slices };
        ReductionProgram lowered = ((GemmProgram)plan.Lower(new OperatorShape(1, 1, 32))).Uniform!;
        SummationTree.Of(lowered).Text.Should().Be(tree, "the tree is that of the program which the plan lowers to");
        report.Classes[0].Program.Should().Be(lowered);
        report.Classes[0].Program!.Text.Should().Contain(step);
        report.Classes[0].MatrixUnits.Should().Contain(gpu);
    }

    [Theory]
    [InlineData("V100", NumericFormat.Fp16, NumericFormat.Fp16)]
    [InlineData("A100", NumericFormat.Bf16, NumericFormat.Fp32)]
    [InlineData("A100", NumericFormat.Tf32, NumericFormat.Fp32)]
    [InlineData("H100", NumericFormat.Fp16, NumericFormat.Fp16)]
    [InlineData("H100", NumericFormat.Tf32, NumericFormat.Fp32)]
    [InlineData("L40S", NumericFormat.Fp8E5M2, NumericFormat.Fp32)]
    public void Other_formats_of_matrix_units_are_recovered_too(string gpu, NumericFormat operand, NumericFormat output)
    {
        TensorCoreModel model = TensorCoreCatalog.Get(gpu, operand, output);
        ProbeReport report = OrderProbe.Run(BlackBoxOf(model, 1, 64));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.Classes[0].Program.Should().Be(((GemmProgram)model.ToPlan().Lower(new OperatorShape(1, 1, 64))).Uniform, report.Classes[0].Reason);
    }

    [Theory]
    [InlineData("sequential", Sequential)]
    [InlineData("four_lanes", FourLanes)]
    public void Every_pair_measured_gives_the_same_tree_for_more_calls(string order, string tree)
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(16, values => Loops.Sum(order, values)), new ProbeOptions { Algorithm = ProbeAlgorithm.Basic });
        Recovered(report, tree, 120);
    }

    [Fact]
    public void Every_pair_measured_finds_fused_nodes_and_needs_496_calls_at_32_terms()
    {
        TensorCoreModel model = TensorCoreCatalog.Get("A100", NumericFormat.Fp16, NumericFormat.Fp32);
        Recovered(OrderProbe.Run(BlackBoxOf(model, 1), new ProbeOptions { Algorithm = ProbeAlgorithm.Basic }), Ampere, 496);
    }

    [Fact]
    public void Another_order_gives_another_tree() // negative control
    {
        ProbeReport report = OrderProbe.Run(BlackBox.Sum(16, values => Loops.Sum("pairwise", values)));
        report.Classes[0].Tree.Text.Should().NotBe(Sequential);
        report.Classes[0].Tree.Should().NotBe(OrderProbe.Run(BlackBox.Sum(16, values => Loops.Sum("four_lanes", values))).Classes[0].Tree);
    }

    private static void Recovered(ProbeReport report, string tree, int calls)
    {
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.Classes.Should().ContainSingle().Which.Tree.Text.Should().Be(tree);
        report.Calls.Tree.Should().Be(calls);
        report.InconsistentGroups.Should().Be(0);
    }

    /// <summary>A chain of the unit's steps from zero; with slices, each of its own chain, added forward in fp32.</summary>
    private static BlackBox BlackBoxOf(TensorCoreModel model, int slices, int terms = 32) => BlackBox.Dot(terms, (a, b) =>
    {
        int share = terms / slices;
        float sum = TensorCore.MultiplyAdd(model, a[..share], b[..share], 0);
        for (int slice = 1; slice < slices; slice++)
            sum += TensorCore.MultiplyAdd(model, a.Slice(slice * share, share), b.Slice(slice * share, share), 0);
        return sum;
    }) with { Operand = model.Operand, Output = model.Output };
}
