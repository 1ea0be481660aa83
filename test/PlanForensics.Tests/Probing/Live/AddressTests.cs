using System.Numerics.Tensors;
using FluentAssertions;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>Engines whose order depends on where the buffer lies: aligned buffers give one order, and a probe at another address gives the order of that address.</summary>
public sealed class AddressTests(ITestOutputHelper output)
{
    [Fact]
    public void Onnx_runtime_sums_rows_in_another_order_at_another_address()
    {
        using OnnxSession session = OnnxSession.Open("ReduceSum", 1, [("X", [1, 288])], [1, 1], axes: 1);
        Differs("ReduceSum 288", BlackBox.RowSums(1, 288, (rows, sums) => session.Run(sums, rows)), (rows, sums) => session.Run(sums, rows), 288, addressMatters: true);
    }

    [Fact]
    public void Tensor_primitives_sums_are_replayed_in_the_order_of_their_address() =>
        Differs("TensorPrimitives.Sum 2000", BlackBox.Sum(2000, values => TensorPrimitives.Sum(values)), (rows, sums) => sums[0] = TensorPrimitives.Sum(rows), 2000, addressMatters: false);

    [Fact]
    public void Tensor_primitives_dot_products_are_probed_and_replayed_bit_for_bit()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int terms in (int[])[random.Next(2, 16), random.Next(16, 64), random.Next(64, 500)])
        {
            string what = $"TensorPrimitives.Dot {terms} seed {seed}";
            ProbeReport report = OrderProbe.Run(BlackBox.Dot(terms, (a, b) => TensorPrimitives.Dot(a, b)));
            LiveReplay.Recovered(report, what);
            output.WriteLine($"{what}: {report.Calls.Total} calls, {Short(report.Plan!.Text)}");
            for (int draw = 0; draw < 50; draw++)
            {
                (int equal, int elements) = LiveReplay.Gemm(report, (1, 1, terms), false, random, (a, b, c) => c[0] = TensorPrimitives.Dot(a, b));
                equal.Should().Be(elements, "{0} draw {1}", what, draw);
            }
        }
    }

    [Fact]
    public void Tensor_primitives_sums_are_probed_and_replayed_bit_for_bit()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int terms in (int[])[random.Next(2, 16), random.Next(16, 64), random.Next(64, 500)])
        {
            string what = $"TensorPrimitives.Sum {terms} seed {seed}";
            ProbeReport report = OrderProbe.Run(BlackBox.Sum(terms, values => TensorPrimitives.Sum(values)));
            LiveReplay.Recovered(report, what);
            output.WriteLine($"{what}: {report.Calls.Total} calls, {Short(report.Plan!.Text)}");
            for (int draw = 0; draw < 50; draw++)
            {
                (int equal, int elements) = LiveReplay.RowSums(report, 1, terms, 0, random, (rows, sums) => sums[0] = TensorPrimitives.Sum(rows));
                equal.Should().Be(elements, "{0} draw {1}", what, draw);
            }
        }
    }

    /// <summary>At 4 bytes after the boundary a probe of its own replays; the aligned order does only where the address does not matter.</summary>
    private void Differs(string what, BlackBox box, Action<ReadOnlySpan<float>, Span<float>> engine, int terms, bool addressMatters)
    {
        int seed = LiveSeed.Next();
        ProbeReport aligned = OrderProbe.Run(box);
        ProbeReport moved = OrderProbe.Run(box with { AddressOffsetBytes = 4 });
        LiveReplay.Recovered(aligned, what);
        LiveReplay.Recovered(moved, what);
        output.WriteLine($"{what} seed {seed}: aligned {Short(aligned.Plan!.Text)}");
        output.WriteLine($"{what} seed {seed}: 4 bytes on {Short(moved.Plan!.Text)}");
        var random = new Random(seed);
        int wrong = 0;
        for (int draw = 0; draw < 200; draw++)
        {
            LiveReplay.RowSums(aligned, 1, terms, 0, random, engine).Equal.Should().Be(1, "{0} seed {1} draw {2}, aligned", what, seed, draw);
            LiveReplay.RowSums(moved, 1, terms, 4, random, engine).Equal.Should().Be(1, "{0} seed {1} draw {2}, moved", what, seed, draw);
            wrong += 1 - LiveReplay.RowSums(aligned, 1, terms, 4, random, engine).Equal;
        }

        bool same = aligned.Classes[0].Tree.Equals(moved.Classes[0].Tree);
        (wrong == 0).Should().Be(same, "{0} seed {1}: the aligned order replays the moved buffer only where both are one order", what, seed);
        same.Should().Be(!addressMatters);
        output.WriteLine($"{what} seed {seed}: the aligned order is wrong for {wrong} of 200 moved rows");
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
