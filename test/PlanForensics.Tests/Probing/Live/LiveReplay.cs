using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>Replays a probed matrix product on random data and counts the elements that equal the engine's.</summary>
internal static class LiveReplay
{
    public static (int Equal, int Elements) Gemm(
        ProbeReport report, (int M, int N, int K) shape, bool termsFirst, Random random, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> engine)
    {
        var a = new AlignedBuffer(shape.M * shape.K, 0);
        var b = new AlignedBuffer(shape.N * shape.K, 0);
        var c = new AlignedBuffer(shape.M * shape.N, 0);
        LiveSeed.Values(random, a.Length).CopyTo(a.Span);
        if (random.Next(2) == 0)
            a.Span[^shape.K..].Clear(); // a row whose every product is a zero of either sign
        float[] weights = LiveSeed.Values(random, b.Length);
        for (int output = 0; output < shape.N; output++)
            for (int term = 0; term < shape.K; term++)
                b.Span[termsFirst ? (term * shape.N) + output : (output * shape.K) + term] = weights[(output * shape.K) + term];
        engine(a.Span, b.Span, c.Span);
        return Compare((GemmProgram)report.Plan!.Lower(new OperatorShape(shape.M, shape.N, shape.K)), shape, a.Span, weights, c.Span);
    }

    public static (int Equal, int Elements) RowSums(ProbeReport report, int rows, int terms, int addressOffsetBytes, Random random, Action<ReadOnlySpan<float>, Span<float>> engine)
    {
        var values = new AlignedBuffer(rows * terms, addressOffsetBytes);
        var sums = new AlignedBuffer(rows, addressOffsetBytes);
        LiveSeed.Values(random, values.Length).CopyTo(values.Span);
        if (rows > 1)
            values.Span[..terms].Fill(-0.0f);
        engine(values.Span, sums.Span);
        int equal = 0;
        foreach (ProbedClass found in report.Classes)
            foreach (OutputRegion region in found.Regions)
                for (int row = region.ColumnStart; row < region.ColumnStart + region.ColumnCount; row++)
                    if (BitConverter.SingleToInt32Bits(ReductionInterpreter.Run(found.Program!, values.Span.Slice(row * terms, terms), [])) == BitConverter.SingleToInt32Bits(sums.Span[row]))
                        equal++;
        return (equal, rows);
    }

    public static (int Equal, int Elements) Compare(GemmProgram program, (int M, int N, int K) shape, ReadOnlySpan<float> a, float[] weights, ReadOnlySpan<float> expected)
    {
        float[] replayed = new float[expected.Length];
        KernelSelection.Default.Gemm(program, a, new WeightMatrix(shape.N, shape.K, weights), [], replayed);
        int equal = 0;
        for (int index = 0; index < replayed.Length; index++)
            if (BitConverter.SingleToInt32Bits(replayed[index]) == BitConverter.SingleToInt32Bits(expected[index]))
                equal++;
        return (equal, replayed.Length);
    }

    /// <summary>Whether a rule's plan adds every element in the order that was probed, starts at +0.0 aside (they change no bit but the sign of a zero).</summary>
    public static bool IsOrderOf(OperatorPlan plan, ProbeReport report, (int M, int N, int K) shape)
    {
        var operation = new OperatorShape(shape.M, shape.N, shape.K);
        string[] rule = Orders((GemmProgram)plan.Lower(operation), shape);
        return rule.AsSpan().SequenceEqual(Orders((GemmProgram)report.Plan!.Lower(operation), shape));
    }

    private static string[] Orders(GemmProgram program, (int M, int N, int K) shape)
    {
        string[] orders = new string[shape.M * shape.N];
        foreach (ProgramRegion region in program.Regions)
        {
            string text = ReductionProgram.Parse(region.Program.Text.Replace("+0", "", StringComparison.Ordinal)).Text;
            for (int row = region.RowStart; row < region.RowStart + region.RowCount; row++)
                Array.Fill(orders, text, (row * shape.N) + region.ColumnStart, region.ColumnCount);
        }

        return orders;
    }

    public static void Recovered(ProbeReport report, string what)
    {
        report.Outcome.Should().Be(ProbeOutcome.Recovered, "{0}: {1}", what, report.Reason);
        report.Plan.Should().NotBeNull("{0}: {1}", what, string.Join("; ", report.Classes.Select(found => found.Reason)));
    }
}
