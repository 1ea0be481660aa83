using FluentAssertions;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.FluentAssertions.Tests;

public sealed class KernelTests
{
    [Fact]
    public void A_kernel_accumulates_like_its_program_in_each_of_its_texts()
    {
        BlackBox kernel = BlackBox.Dot(16, Loops.Fma);
        kernel.Should().AccumulateLike("sequential_fma").And.AccumulateLike("gemm").And.AccumulateLike("k=16 a=fp32 b=fp32 : fp32(fma 0..15) -> round fp32");
        kernel.Should().AccumulateLike(new GemmPlan()).Which.Outcome.Should().Be(ProbeOutcome.Recovered);
        kernel.Should().AccumulateLike(ReductionProgram.Parse("k=16 a=fp32 b=fp32 : fp32(fma 0..15) -> round fp32"), "of {0}", "this");
        BlackBox.Dot(16, Loops.MultiplyAdd).Should().AccumulateLike("gemm step=muladd start=zero");
        BlackBox.Sum(12, Loops.Sum).Should().AccumulateLike(new SumPlan { StartsAtZero = true });
    }

    [Fact]
    public void The_text_of_another_order()
    {
        BlackBox kernel = BlackBox.Dot(16, Loops.Fma);
        Failure.Of(() => kernel.Should().AccumulateLike("split_k4", "the card does")).Should().Be(
            """
            Expected kernel to accumulate like the program because the card does, but it adds in another order
              kernel      dot, M = 1, N = 1, K = 16; probed by 115 calls
              outputs     all
              expected    gemm split_k=4
                          k=16 a=fp32 b=fp32 : fp32(fma 0..3, [3 by 4: fp32(fma 4..7)]) -> round fp32
              found       gemm (sequential_fma)
                          k=16 a=fp32 b=fp32 : fp32(fma 0..15) -> round fp32
              terms       0 and 4 meet in a sum of 5 terms; 8 expected
              reproduce   planforensics plan diff "gemm split_k=4" gemm --shape 1,1,16
            """);
    }

    [Fact]
    public void The_text_of_another_arithmetic()
    {
        BlackBox kernel = BlackBox.Dot(16, Loops.MultiplyAdd);
        string message = Failure.Of(() => kernel.Should().AccumulateLike("sequential_fma"));
        message.Should().Contain("all terms meet where they should: the arithmetic differs (fma, precision, start at +0.0, stores)").And.Contain("found       gemm step=muladd start=zero");
        Tool.Run(Failure.Command(message)).Should().Be((1, true), "plan diff says that the two are two classes");
    }

    [Fact]
    public void A_map_of_plans_is_compared_region_by_region()
    {
        BlackBox kernel = BlackBox.Gemm(1, 6, 16, (a, b, c) =>
        {
            for (int n = 0; n < 6; n++)
                c[n] = n < 4 ? Loops.Fma(a, b.Slice(n * 16, 16)) : Loops.MultiplyAdd(a, b.Slice(n * 16, 16));
        });
        kernel.Should().AccumulateLike("map{*x0..3: gemm; *x*: gemm step=muladd start=zero}");
        string message = Failure.Of(() => kernel.Should().AccumulateLike("gemm"));
        message.Should().Contain("outputs     2 of 6, among them row 0 column 4");
    }

    [Fact]
    public void A_program_of_another_K_or_a_kernel_without_an_order_fails()
    {
        BlackBox kernel = BlackBox.Dot(16, Loops.Fma);
        Failure.Of(() => kernel.Should().AccumulateLike("k=4 a=fp32 b=fp32 : fp32(fma 0..3)")).Should().Contain("the program is one of K = 4 and the kernel has K = 16");
        int calls = 0;
        BlackBox unsteady = BlackBox.Dot(16, (a, b) => calls++ % 2 == 0 ? Loops.Fma(a, b) : Loops.MultiplyAdd(a[..8], b[..8]) + Loops.MultiplyAdd(a[8..], b[8..]));
        Failure.Of(() => unsteady.Should().AccumulateLike("gemm")).Should().Contain("its order could not be recovered (NotDeterministic)");
        Action norm = () => kernel.Should().AccumulateLike(new NormPlan());
        norm.Should().Throw<Exception>();
    }
}
