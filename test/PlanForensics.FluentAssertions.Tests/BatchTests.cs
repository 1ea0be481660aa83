using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.FluentAssertions.Tests;

public sealed class BatchTests
{
    [Fact]
    public void One_order_for_every_batch_size_is_batch_invariant()
    {
        BatchedOperator.Gemm("o_proj", 8, 32, (rows, a, w, c) => Loops.Gemm(rows, 8, a, w, c, Loops.Fma)).Should().BeBatchInvariant("it runs {0} order", "one").And.BeBatchInvariant([1, 7]);
        BatchedOperator.Replay("o_proj", 8, 32, _ => new GemmPlan { SplitK = 4 }).Should().BeBatchInvariant();
        BatchedOperator.Replay("o_proj", 8, 64, _ => new GemmPlan { Operand = NumericFormat.Bf16, Output = NumericFormat.Bf16 }).Should().BeBatchInvariant();
    }

    [Fact]
    public void The_text_of_a_dispatcher_that_looks_at_the_batch()
    {
        BatchedOperator downProjection = BatchedOperator.Replay("down_proj", 16, 64, rows => rows <= 4 ? new GemmPlan() : new GemmPlan { SplitK = 4 });
        string message = Failure.Of(() => downProjection.Should().BeBatchInvariant("pinned plans do not look at the batch"));
        message.Should().Be(
            """
            Expected downProjection to be batch-invariant because pinned plans do not look at the batch, but row 0 of a batch of 5 has other bits than alone
              operator    down_proj, rows of 64 to rows of 16
              batches     of 5, 8, 16, 17, 32, 64 differ from a row alone; of 2, 3, 4 do not
              first       column [0] 0.099829845 (0x3DCC7397) alone, 0.09982984 (0x3DCC7396) in the batch, 1 ulp of fp32
              row         12 of 16 elements in other bits, at most 4 ulps of fp32
              plan class  alone: gemm
                          batch of 5: gemm split_k=4
              reproduce   planforensics diff EVIDENCE/tensors-HASH.expected.bin EVIDENCE/tensors-HASH.actual.bin --dtype fp32 --shape 16
                          planforensics plan diff gemm "gemm split_k=4" --shape 5,16,64
            """);
        string raw = Failure.Raw(() => downProjection.Should().BeBatchInvariant());
        Tool.Run(Failure.Command(raw, 0)).Should().Be((1, true));
        Tool.Run(Failure.Command(raw, 1)).Should().Be((1, true));
    }

    [Fact]
    public void A_foreign_product_is_probed_for_its_plans()
    {
        BatchedOperator product = BatchedOperator.Gemm("my_gemm", 8, 32, (rows, a, w, c) => Loops.Gemm(rows, 8, a, w, c, rows > 2
            ? (x, y) => Loops.MultiplyAdd(x[..16], y[..16]) + Loops.MultiplyAdd(x[16..], y[16..])
            : Loops.MultiplyAdd));
        Failure.Of(() => product.Should().BeBatchInvariant()).Should().Contain(
            """
              plan class  alone: gemm step=muladd start=zero
                          batch of 3: gemm step=muladd k_block=16 start=zero
            """);
    }

    [Fact]
    public void A_place_in_the_batch_that_changes_bits_is_seen()
    {
        BatchedOperator lastRow = BatchedOperator.Gemm("tail", 8, 32, (rows, a, w, c) =>
        {
            Loops.Gemm(rows, 8, a, w, c, Loops.Fma);
            if (rows == 5)
                Loops.Gemm(1, 8, a[(4 * 32)..], w, c[(4 * 8)..], Loops.MultiplyAdd);
        });
        Failure.Of(() => lastRow.Should().BeBatchInvariant()).Should().Contain("but row 4 of a batch of 5 has other bits than alone").And.Contain("of 5 differ from a row alone; of 2, 3, 4, 8,");
        lastRow.Should().BeBatchInvariant([2, 3, 4]);
    }

    [Fact]
    public void An_operator_that_does_not_repeat_or_does_not_write_says_so()
    {
        int calls = 0;
        BatchedOperator.Rows("random", 2, 2, (_, _, y) => y.Fill(++calls)).Invoking(op => op.Should().BeBatchInvariant()).Should().Throw<Exception>().WithMessage("*two calls with the same row alone gave different bits: it is not deterministic*");
        BatchedOperator.Rows("half", 2, 2, (_, _, y) => y[0] = 1).Invoking(op => op.Should().BeBatchInvariant()).Should().Throw<Exception>().WithMessage("*it does not write its output*column 1 was left as it was*");
        int batches = 0;
        BatchedOperator.Rows("racy", 1, 1, (rows, _, y) => y.Fill(rows == 1 ? 1 : ++batches + 1)).Invoking(op => op.Should().BeBatchInvariant([2])).Should().Throw<Exception>().WithMessage("*two calls with the same batch gave different bits*");
    }

    [Fact]
    public void Rows_may_be_given()
    {
        BatchedOperator sum = BatchedOperator.Rows("row_sum", 3, 1, (rows, x, y) =>
        {
            for (int row = 0; row < rows; row++)
                y[row] = rows == 1 ? (x[row * 3] + x[(row * 3) + 1]) + x[(row * 3) + 2] : x[row * 3] + (x[(row * 3) + 1] + x[(row * 3) + 2]);
        });
        sum.Should().BeBatchInvariant(new BatchInvarianceOptions { BatchSizes = [2], Rows = new float[] { 1, 2, 3, 4, 5, 6 } }, "sums of small integers are exact");
        Failure.Of(() => sum.Should().BeBatchInvariant(new BatchInvarianceOptions { BatchSizes = [2], Rows = new float[] { 1 << 24, 1, 1, 1, 1, 1 } })).Should().Contain("16777216 (0x4B800000) alone, 16777218 (0x4B800001) in the batch, 1 ulp of fp32");
        Action tooFew = () => sum.Should().BeBatchInvariant(new BatchInvarianceOptions { BatchSizes = [2], Rows = new float[] { 1, 2, 3 } });
        tooFew.Should().Throw<ArgumentException>().WithMessage("a batch of 2 rows of 3 needs 6 values; 3 are given*");
    }
}
