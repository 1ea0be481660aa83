using FluentAssertions;
using PlanForensics.Kernels.TensorCores;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels.TensorCores;

/// <summary>Results read off V100, A100, L40S and H100, 5,000 a set.</summary>
public sealed class RecordedVectorsTests
{
    private const int ControlCount = 1500;

    [Fact]
    public void Every_recorded_result_is_given_to_the_bit()
    {
        IReadOnlyList<RecordedVectors> sets = RecordedVectors.Find(SharedData.PathOf("silicon"));

        sets.Should().HaveCount(20);
        sets.Select(set => (set.Check(), $"{set.Gpu} {set.Format} {set.Output}")).Should()
            .AllSatisfy(result => (result.Item1.Matched, result.Item1.Total).Should().Be((5000, 5000), result.Item2));
    }

    // Mismatches among the first 1,500 vectors of a set when one parameter is changed: F - 1, F + 1, L / 2, L = 1. Counted with an independent implementation in Python. A 0 is what a
    // set cannot tell: F where the output is fp16, and tf32's L on Hopper, whose vectors have only four terms.
    [Theory]
    [InlineData("V100", "fp16", "fp32", 725, 371, 238, 404)]
    [InlineData("A100", "fp16", "fp32", 483, 222, 358, 763)]
    [InlineData("A100", "bf16", "fp32", 306, 124, 224, 411)]
    [InlineData("A100", "tf32", "fp32", 352, 139, 259, 445)]
    [InlineData("L40S", "E4M3", "fp32", 799, 450, 303, 613)]
    [InlineData("H100", "fp16", "fp32", 377, 149, 459, 1205)]
    [InlineData("H100", "bf16", "fp32", 155, 44, 282, 582)]
    [InlineData("H100", "tf32", "fp32", 150, 49, 0, 475)]
    [InlineData("H100", "E4M3", "fp32", 586, 256, 254, 553)]
    [InlineData("V100", "fp16", "fp16", 0, 0, 387, 602)]
    [InlineData("H100", "fp16", "fp16", 0, 0, 389, 934)]
    public void A_wrong_parameter_mismatches_as_often_as_counted(string gpu, string format, string output, int fewer, int more, int half, int one)
    {
        RecordedVectors set = SetOf(gpu, format, output);
        ReductionStep step = set.Model!.Step;

        Mismatches(set, step with { AlignmentBits = step.AlignmentBits - 1 }).Should().Be(fewer);
        Mismatches(set, step with { AlignmentBits = step.AlignmentBits + 1 }).Should().Be(more);
        Mismatches(set, step with { BlockLength = step.BlockLength / 2 }).Should().Be(half);
        Mismatches(set, step with { BlockLength = 1 }).Should().Be(one);
        Mismatches(set, step).Should().Be(0);
    }

    // Only Ada's fp8 vectors hold more terms than a block, so only they tell a longer block; no set tells the exponent of a zero.
    [Theory]
    [InlineData("L40S", "E4M3", 323)]
    [InlineData("A100", "fp16", 0)]
    [InlineData("H100", "bf16", 0)]
    public void A_longer_block_shows_only_where_blocks_are_chained(string gpu, string format, int expected)
    {
        RecordedVectors set = SetOf(gpu, format, "fp32");
        ReductionStep step = set.Model!.Step;

        Mismatches(set, step with { BlockLength = 2 * step.BlockLength }).Should().Be(expected);
        Mismatches(set, step with { ZeroExponent = step.ZeroExponent + 3 }).Should().Be(0);
        Mismatches(set, step with { ZeroExponent = step.ZeroExponent - 3 }).Should().Be(0);
    }

    [Fact]
    public void The_order_of_Hopper_fp8_with_an_fp16_accumulator_is_not_another()
    {
        RecordedVectors set = SetOf("H100", "E4M3", "fp16");
        TensorCoreModel model = set.Model!;

        set.Check(model with { TakesPairsInTurn = false }, ControlCount).Matched.Should().BeLessThan(ControlCount);
        set.Check(model with { Accumulator = TensorCoreAccumulator.InBlock }, ControlCount).Matched.Should().BeLessThan(ControlCount);
        set.Check(model with { Step = ReductionStep.Dot(16, 13, DotRounding.NearestEvenFp16) }, ControlCount).Matched.Should().BeLessThan(ControlCount);
    }

    [Fact]
    public void Plain_files_read_as_compressed_ones_do_and_a_damaged_line_is_named()
    {
        string root = Directory.CreateTempSubdirectory("planforensics-").FullName;
        try
        {
            string folder = Directory.CreateDirectory(Path.Combine(root, "a100", "bf16")).FullName;
            File.WriteAllText(Path.Combine(folder, "a_A100_bf16.txt"), "3f800000 40000000 \n");
            File.WriteAllText(Path.Combine(folder, "b_A100_bf16.txt"), "3f800000 3f800000\n");
            File.WriteAllText(Path.Combine(folder, "d_A100_fp32.txt"), "01000000010000000000000000000000\n"); // 1 * 1 + 2 * 1 = 3 = 40400000
            RecordedVectors set = RecordedVectors.Find(root).Should().ContainSingle().Subject;
            set.Check().Should().Be(new TensorCoreMatch(TensorCoreCatalog.Get("A100", NumericFormat.Bf16, NumericFormat.Fp32), 1, 1));

            File.WriteAllText(Path.Combine(folder, "b_A100_bf16.txt"), "\n3f80000 3f800000\n");
            set.Invoking(broken => broken.Check()).Should().Throw<TensorCoreDataException>().Which.Line.Should().Be(2);
            File.WriteAllText(Path.Combine(folder, "b_A100_bf16.txt"), "");
            set.Invoking(broken => broken.Check()).Should().Throw<TensorCoreDataException>().WithMessage("*as many rows*");
            File.Delete(Path.Combine(folder, "b_A100_bf16.txt"));
            set.Invoking(broken => broken.Check()).Should().Throw<TensorCoreDataException>().WithMessage("*no file b_*");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static int Mismatches(RecordedVectors set, ReductionStep step)
    {
        TensorCoreMatch match = set.Check(set.Model! with { Step = step }, ControlCount);
        match.Total.Should().Be(ControlCount);
        return match.Total - match.Matched;
    }

    private static RecordedVectors SetOf(string gpu, string format, string output) =>
        RecordedVectors.Find(SharedData.PathOf("silicon")).Single(set => set.Gpu == gpu && set.Format == format && set.Output == output);
}
