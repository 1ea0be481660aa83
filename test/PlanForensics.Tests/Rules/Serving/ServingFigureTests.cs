using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Serving;
using PlanForensics.Tests.Kernels;
using Xunit;

namespace PlanForensics.Tests.Rules.Serving;

/// <summary>What the predicates do to bits, against what was measured on the engines or simulated independently.</summary>
public sealed class ServingFigureTests
{
    private const int Columns = 1280;

    [Fact]
    public void One_stage_against_two_stages_differs_in_32_percent_of_normal_data()
    {
        // 3 of 4 partitions start at another rank: 42.20, 43.71 and 42.19 % of four million sums in NumPy, so 32.03 % of all.
        GemmProgram one = Lower(CustomAllReduce.Choose(1 << 10, 4, NumericFormat.Fp32), 416);
        GemmProgram two = Lower(CustomAllReduce.Choose(1 << 20, 4, NumericFormat.Fp32), 416);
        Differing(one, two, 416, 1).Should().BeApproximately(0.3203, 0.002);
        Differing(one, one, 416, 1).Should().Be(0);
    }

    [Fact]
    public void The_same_rows_in_a_larger_message_differ_in_14_46_percent_of_normal_data()
    {
        // 13/16 of the rows, as 1664 of 2048 in vLLM issue 50136: 34.6 % of the elements change owner. There 14.86 % differed; an independent simulation with N(0,1) gives 14.46 +- 0.06 %.
        GemmProgram child = Lower(CustomAllReduce.Choose(1 << 20, 4, NumericFormat.Fp32), 416);
        GemmProgram parent = Lower(CustomAllReduce.Choose(1 << 20, 4, NumericFormat.Fp32), 512);
        Differing(child, parent, 416, 2).Should().BeApproximately(0.1446, 0.002);
    }

    [Fact]
    public void In_bf16_the_owner_of_a_partition_does_not_show() =>
        // Four bf16 values of about the same size are added in binary32 almost without rounding, and one store hides the rest.
        Differing(Lower(CustomAllReduce.Choose(1 << 20, 4, NumericFormat.Bf16), 416), Lower(CustomAllReduce.Choose(1 << 10, 4, NumericFormat.Bf16), 416), 416, 3).Should().Be(0);

    [Theory]
    [InlineData(4, 0.4205)]
    [InlineData(8, 0.5695)]
    public void A_ring_that_stores_bf16_at_every_hop_shows_where_it_started(int ranks, double share)
    {
        // An independent simulation: 42.05 % of sums of 4 ranks and 56.95 % of 8 differ between a chain and the same chain begun at the next rank.
        var ring = (GemmProgram)PlanCatalog.AllReduce(AllReduceAlgorithm.Ring, ranks, NumericFormat.Bf16).Lower(new OperatorShape(1, 8 * ranks, ranks));
        ReductionProgram[] chunks = [.. ring.Regions.Select(region => region.Program)];
        Differing(chunks[^1], chunks[0], ranks).Should().BeApproximately(share, 0.006);
        var twoShot = (GemmProgram)PlanCatalog.AllReduce(AllReduceAlgorithm.TwoShot, ranks, NumericFormat.Bf16).Lower(new OperatorShape(1, 8 * ranks, ranks));
        Differing(twoShot.Regions[0].Program, twoShot.Regions[1].Program, ranks).Should().Be(0, "one store at the end hides the order");
    }

    [Fact]
    public void A_norm_in_one_launch_or_in_chunks_changes_a_few_rows_and_nothing_else()
    {
        // bf16 values have 128 significands, so a row has 128 chances to cross a rounding when its scale moves by a bit of 24: about one row in 500 shows it.
        const int Rows = 4096;
        const int Width = 1024;
        float[] x = Values(Rows, Width);
        float[] whole = Norm(x, Width, RmsNormBlockSize.Choose(Rows, Width, NumericFormat.Bf16));
        float[] chunks = Norm(x, Width, RmsNormBlockSize.Choose(255, Width, NumericFormat.Bf16));
        int rows = Enumerable.Range(0, Rows).Count(row => !whole.AsSpan(row * Width, Width).SequenceEqual(chunks.AsSpan(row * Width, Width)));
        int elements = Enumerable.Range(0, whole.Length).Count(index => whole[index] != chunks[index]);
        rows.Should().BeInRange(1, Rows / 20, "the scale of most rows rounds to the same bits");
        elements.Should().BeGreaterThanOrEqualTo(rows).And.BeLessThan(rows * 100, "a row's last bit of the scale crosses few bf16 roundings");
        TestContext.Current.SendDiagnosticMessage($"{elements} elements in {rows} of {Rows} rows differ");
        for (int index = 0; index < whole.Length; index++)
            UlpDistance.Between(whole[index], chunks[index], NumericFormat.Bf16).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void A_row_no_wider_than_the_small_block_never_changes()
    {
        float[] x = Values(64, 256);
        Norm(x, 256, RmsNormBlockSize.Choose(256, 256, NumericFormat.Bf16)).Should().Equal(Norm(x, 256, RmsNormBlockSize.Choose(255, 256, NumericFormat.Bf16)));
    }

    private static GemmProgram Lower(KernelChoice choice, int rows) => (GemmProgram)choice.Plan!.Lower(new OperatorShape(rows, Columns, 4));

    /// <summary>Share of the first rows' elements whose sums differ, each element four N(0,1) values.</summary>
    private static double Differing(GemmProgram a, GemmProgram b, int rows, int seed)
    {
        var random = new Random(seed);
        ReductionProgram[] first = ByElement(a, rows);
        ReductionProgram[] second = ByElement(b, rows);
        int differing = 0;
        float[] terms = new float[4];
        for (int element = 0; element < first.Length; element++)
        {
            for (int rank = 0; rank < terms.Length; rank++)
                terms[rank] = Normal(random);
            if (!ReferenceEquals(first[element], second[element]) && ReductionInterpreter.Run(first[element], terms, default) != ReductionInterpreter.Run(second[element], terms, default))
                differing++;
        }

        return differing / (double)first.Length;
    }

    private static double Differing(ReductionProgram a, ReductionProgram b, int ranks)
    {
        const int Sums = 60_000;
        var random = new Random(ranks);
        float[] terms = new float[ranks];
        int differing = 0;
        for (int sum = 0; sum < Sums; sum++)
        {
            for (int rank = 0; rank < ranks; rank++)
                terms[rank] = Rounding.ToFormat(Normal(random), NumericFormat.Bf16);
            if (ReductionInterpreter.Run(a, terms, default) != ReductionInterpreter.Run(b, terms, default))
                differing++;
        }

        return differing / (double)Sums;
    }

    private static ReductionProgram[] ByElement(GemmProgram program, int rows)
    {
        var programs = new ReductionProgram[rows * Columns];
        foreach (ProgramRegion region in program.ForRows(0, rows).Regions)
            for (int row = region.RowStart; row < region.RowStart + region.RowCount; row++)
                Array.Fill(programs, region.Program, (row * Columns) + region.ColumnStart, region.ColumnCount);
        return programs;
    }

    private static float[] Norm(float[] x, int width, KernelChoice choice)
    {
        float[] y = new float[x.Length];
        float[] weight = [.. Enumerable.Repeat(1f, width)];
        KernelSelection.Default.RmsNorm((NormProgram)choice.Plan!.Lower(new OperatorShape(x.Length / width, 1, width)), 1e-6f, x, weight, y);
        return y;
    }

    private static float[] Values(int rows, int width)
    {
        var random = new Random(7);
        float[] x = new float[rows * width];
        for (int index = 0; index < x.Length; index++)
            x[index] = Rounding.ToFormat(Normal(random), NumericFormat.Bf16);
        return x;
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
